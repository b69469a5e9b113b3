using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Steps;

/// <summary>How steps are worked on.</summary>
sealed class StepOptions
{
    public const string Section = "Executor:Steps";

    /// <summary>Steps worked on at once by this process. Default: 4.</summary>
    [Range(1, 256)]
    public int Concurrency { get; set; } = 4;

    /// <summary>Model replies in one attempt. Default: 60.</summary>
    [Range(1, 10_000)]
    public int MaxTurns { get; set; } = 60;

    /// <summary>Tool calls in one attempt. Default: 200.</summary>
    [Range(1, 100_000)]
    public int MaxToolCalls { get; set; } = 200;

    /// <summary>Wall clock of one attempt, waiting for people and capacity left out. Default: 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan MaxDuration { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long one call of a tool that starts no command may take. Default: 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan ToolTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a person has to answer an approval request. Default: 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan ApprovalTime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a step is owned without renewal: the time until another executor takes over from a dead one. Default: 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a running step looks whether its run was paused or cancelled, beside being told. Default: 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan WatchInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a running effect may go on when this process is asked to stop. Default: 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a step waits for the first policy bundle before it is handed back. Default: 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan BundleWait { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest pause between two questions to a model server that is away. Default: 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan MaxModelPause { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
sealed partial class StepOptionsValidator : IValidateOptions<StepOptions>;
