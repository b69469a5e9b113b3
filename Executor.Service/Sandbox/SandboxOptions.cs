using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Sandbox;

/// <summary>How commands are kept apart from the rest of the machine.</summary>
sealed class SandboxOptions
{
    public const string Section = "Executor:Sandbox";

    /// <summary><c>auto</c> (the strongest that works here), or one that must work: <c>bubblewrap</c>, <c>landlock</c>, <c>plain</c>. Default: auto.</summary>
    [RegularExpression("auto|bubblewrap|landlock|plain", ErrorMessage = "Executor:Sandbox:Level must be auto, bubblewrap, landlock or plain.")]
    public string Level { get; set; } = "auto";

    /// <summary>How long a command may take when the call does not say. Default: 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Kept of one command's output, and of its errors; the rest is read and dropped. Default: 4 MiB.</summary>
    [Range(64 * 1024, 256 * 1024 * 1024)]
    public int MaxOutputBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Processes and threads of the user. Not enforced by the kernel for root. Default: 4096.</summary>
    [Range(64, 1_000_000)]
    public int MaxProcesses { get; set; } = 4096;

    /// <summary>Processes of one command, whoever runs it. Default: 1024.</summary>
    [Range(8, 1_000_000)]
    public int MaxCallProcesses { get; set; } = 1024;

    /// <summary>Memory that the processes of one command hold together. Default: 8 GiB.</summary>
    [Range(64L * 1024 * 1024, 1L * 1024 * 1024 * 1024 * 1024)]
    public long MaxMemoryBytes { get; set; } = 8L * 1024 * 1024 * 1024;

    /// <summary>Open files of a process. Default: 16384.</summary>
    [Range(64, 1_000_000)]
    public int MaxOpenFiles { get; set; } = 16_384;

    /// <summary>Room in the private /tmp of bubblewrap, which is memory. Default: 1 GiB.</summary>
    [Range(1L * 1024 * 1024, 1L * 1024 * 1024 * 1024 * 1024)]
    public long MaxTemporaryBytes { get; set; } = 1L * 1024 * 1024 * 1024;

    /// <summary>Largest file a command may write. .NET programs need more than 2 GiB to start. Default: 16 GiB.</summary>
    [Range(4L * 1024 * 1024 * 1024, 1L * 1024 * 1024 * 1024 * 1024)]
    public long MaxFileBytes { get; set; } = 16L * 1024 * 1024 * 1024;

    /// <summary>Launchers of the level <c>landlock</c> that wait, started, for a command each; 28 MiB each, 9 of them not shared. 0: each is started when it is needed. Default: 2.</summary>
    [Range(0, 16)]
    public int WarmLaunchers { get; set; } = 2;

    /// <summary>More directories that commands may read: compilers and package stores outside <c>/usr</c> and <c>/opt</c>.</summary>
    public IList<string> ReadOnlyPaths { get; } = [];
}

[OptionsValidator]
sealed partial class SandboxOptionsValidator : IValidateOptions<SandboxOptions>;
