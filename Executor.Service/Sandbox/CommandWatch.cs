using System.Text;

namespace Agent.Executor.Service.Sandbox;

/// <summary>Looks at a running command now and then and tells when its processes together are more, or hold more memory, than they may. For machines where no control group does it:
/// what is taken between two looks is seen at the second.</summary>
sealed class CommandWatch(SandboxOptions options, TimeProvider time)
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <returns>What the command has too much of; null when it is no longer watched.</returns>
    public async Task<CommandEnd?> OverrunAsync(int process, string mark, CancellationToken cancellationToken)
    {
        var entry = Encoding.UTF8.GetBytes($"{CommandEnvironment.MarkName}={mark}\0");
        try
        {
            using var ticks = new PeriodicTimer(Pause, time);
            while (await ticks.WaitForNextTickAsync(cancellationToken))
            {
                if (Overrun(process, entry) is { } overrun)
                {
                    return overrun;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        return null;
    }

    CommandEnd? Overrun(int process, byte[] mark)
    {
        var all = ProcessTable.Read();
        var own = ProcessTable.Below(process, all);
        foreach (var orphan in RunningCalls.Adopted(all).Where(entry => ProcessTable.EnvironmentOf(entry.Id).AsSpan().IndexOf(mark) >= 0))
        {
            own.AddRange(ProcessTable.Below(orphan.Id, all));
        }

        return own.Count > options.MaxCallProcesses ? CommandEnd.TooManyProcesses
            : own.Sum(entry => entry.ResidentBytes) > options.MaxMemoryBytes ? CommandEnd.TooMuchMemory
            : null;
    }
}
