using System.Diagnostics;

namespace Agent.Executor.Service.Sandbox;

/// <summary>No isolation: a session of its own, limits, a listed environment. What it starts is found again by the mark in its environment and ended.</summary>
sealed class PlainProcess(SandboxOptions options) : ISandbox
{
    public string Level => "plain";

    public Task<Process> StartAsync(SandboxedCommand command, string temporary, LaunchThread launcher, CancellationToken cancellationToken) => launcher.StartAsync(StartInfo(command, temporary), command.Mark);

    ProcessStartInfo StartInfo(SandboxedCommand command, string temporary)
    {
        var start = new ProcessStartInfo { WorkingDirectory = command.Workspace };
        if (MachinePaths.FindProgram("setsid") is { } setsid)
        {
            start.FileName = setsid;
        }

        ProcessLimits.Prefix(start, options);
        foreach (var argument in command.Argv)
        {
            if (start.FileName.Length == 0)
            {
                start.FileName = argument;
            }
            else
            {
                start.ArgumentList.Add(argument);
            }
        }

        start.Environment.Clear();
        foreach (var (name, value) in CommandEnvironment.For(command, temporary, temporary))
        {
            start.Environment[name] = value;
        }

        return start;
    }

    public void EndRemains(int process, SandboxedCommand command) => ProcessRemains.End(process, command.Mark);
}
