using System.Diagnostics;

namespace Agent.Executor.Service.Sandbox;

/// <summary>Keeps a command apart from the machine, as well as can be had here.</summary>
interface ISandbox
{
    /// <summary>As recorded with each call: <c>bubblewrap</c>, <c>landlock</c> or <c>plain</c>.</summary>
    string Level { get; }

    /// <summary>Starts the command, its three streams in our hands.</summary>
    /// <param name="cancellationToken">The command's time is over: what was started by then is returned.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">A program it needs is not there.</exception>
    Task<Process> StartAsync(SandboxedCommand command, string temporary, LaunchThread launcher, CancellationToken cancellationToken);

    /// <summary>Ends whatever the command left behind.</summary>
    void EndRemains(int process, SandboxedCommand command);
}

/// <summary>A command to run.</summary>
/// <param name="Workspace">Absolute; what the command may write to, and where it starts.</param>
/// <param name="Mark">Unique to the call; found again in the processes it starts.</param>
sealed record SandboxedCommand(IReadOnlyList<string> Argv, string Workspace, string Mark, TimeSpan Timeout)
{
    public bool HasNetwork { get; init; }

    /// <summary>Added to the list every command gets.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What it is given on its standard input; nothing by default.</summary>
    public byte[] Input { get; init; } = [];

    /// <summary>Directories beside the workspace that it may read.</summary>
    public IReadOnlyList<string> AlsoReadable { get; init; } = [];

    /// <summary>Directories beside the workspace that it needs, such as the repository a work tree belongs to.</summary>
    public IReadOnlyList<string> AlsoWritable { get; init; } = [];
}

/// <summary>How a command ended.</summary>
sealed record CommandResult(CommandEnd End, int ExitCode, CapturedOutput Stdout, CapturedOutput Stderr, string Sandbox);

enum CommandEnd
{
    Exited,
    NotFound,
    TimedOut,
    Cancelled,
    TooManyProcesses,
    TooMuchMemory,
}
