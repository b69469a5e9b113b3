using Agent.ServiceDefaults.Starting;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Sandbox;

/// <summary>Finds out at start which isolation works here, and says so. A demanded level that does not work stops the start.</summary>
sealed class SandboxChoice(LaunchThread launcher, IOptions<SandboxOptions> options, TimeProvider time, ILogger<SandboxChoice> logger) : IHostedService
{
    static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(10);

    readonly TaskCompletionSource<ISandbox> _chosen = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Why this one; empty before it was chosen.</summary>
    public string Reason { get; private set; } = "";

    public Task<ISandbox> GetAsync() => _chosen.Task;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new SettingsException("Executors run on Linux only: files, namespaces and signals are used as they are there. Start the suite in a Linux container or virtual machine.");
        }

        RunningCalls.AdoptOrphans();
        var wanted = options.Value.Level;
        var problems = new List<string>();
        foreach (var sandbox in Candidates(problems).Where(candidate => wanted == "auto" || wanted == candidate.Level))
        {
            if (sandbox is PlainProcess)
            {
                // It always works; what it does not keep apart is for the one who starts it to know.
                Choose(sandbox, wanted == "auto" ? string.Join(' ', problems) : "it is set so");
                return;
            }

            if (await ProblemAsync(sandbox, cancellationToken) is not { } problem)
            {
                Choose(sandbox, problems.Count == 0 ? "it works here" : string.Join(' ', problems));
                return;
            }

            problems.Add($"{sandbox.Level} does not work: {problem}");
        }

        throw new SettingsException(
            $"Executor:Sandbox:Level demands {wanted}, which does not work here: {string.Join(' ', problems)} Install bubblewrap (apt install bubblewrap) and allow user namespaces, or set the level to auto.");
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Strongest first.</summary>
    IEnumerable<ISandbox> Candidates(List<string> problems)
    {
        if (MachinePaths.FindProgram("bwrap") is { } program)
        {
            yield return new Bubblewrap(program, options.Value);
        }
        else
        {
            problems.Add("bubblewrap is not installed.");
        }

        yield return new Landlock(options.Value);
        yield return new PlainProcess(options.Value);
    }

    async Task<string?> ProblemAsync(ISandbox sandbox, CancellationToken cancellationToken)
    {
        var runner = new CommandRunner(this, launcher, options, time);
        var workspace = Directory.CreateTempSubdirectory("agent-probe-");
        try
        {
            var command = new SandboxedCommand(["true"], workspace.FullName, $"{Guid.CreateVersion7():N}", ProbeTime);
            var result = await runner.RunAsync(sandbox, command, cancellationToken);
            return result is { End: CommandEnd.Exited, ExitCode: 0 } ? null : $"{result.End}, exit code {result.ExitCode}: {result.Stderr.Text.Trim()}.";
        }
        finally
        {
            workspace.Delete(recursive: true);
        }
    }

    void Choose(ISandbox sandbox, string reason)
    {
        Reason = reason;
        logger.SandboxChosen(sandbox.Level, reason);
        _chosen.SetResult(sandbox);
    }
}

static partial class SandboxLog
{
    [LoggerMessage(LogLevel.Information, "Commands run in sandbox {Level}: {Reason}")]
    public static partial void SandboxChosen(this ILogger logger, string level, string reason);
}
