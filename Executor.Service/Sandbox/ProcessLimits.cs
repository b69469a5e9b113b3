using System.Diagnostics;

namespace Agent.Executor.Service.Sandbox;

/// <summary>Limits the kernel keeps for a command, set by <c>prlimit</c> and <c>choom</c> before it starts. No address-space limit: .NET and Node reserve far more than they use.</summary>
static class ProcessLimits
{
    // When memory runs out, the kernel is to end a command and not the suite.
    const string EndedFirst = "900";

    static readonly string? Limiter = MachinePaths.FindProgram("prlimit");
    static readonly string? Chooser = MachinePaths.FindProgram("choom");

    public static void Prefix(ProcessStartInfo start, SandboxOptions options)
    {
        if (Chooser is not null)
        {
            Add(start, Chooser, "-n", EndedFirst, "--");
        }

        if (Limiter is not null)
        {
            Add(start, Limiter, $"--nproc={options.MaxProcesses}", $"--nofile={options.MaxOpenFiles}", $"--fsize={options.MaxFileBytes}", "--core=0", "--");
        }
    }

    static void Add(ProcessStartInfo start, params string[] words)
    {
        foreach (var word in words)
        {
            if (start.FileName.Length == 0)
            {
                start.FileName = word;
            }
            else
            {
                start.ArgumentList.Add(word);
            }
        }
    }
}
