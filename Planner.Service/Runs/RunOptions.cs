using System.ComponentModel.DataAnnotations;
using Agent.Guardrails;
using Agent.Planner.Service.Supervision;
using Microsoft.Extensions.Options;

namespace Agent.Planner.Service.Runs;

/// <summary>Limits of a run, and how long things may take before they are looked at again.</summary>
sealed class RunOptions
{
    public const string Section = "Planner:Runs";

    /// <summary>Steps of one run that may be worked on at once. Default: 64, less where policy says so.</summary>
    [Range(1, 256)]
    public int MaxParallelSteps { get; set; } = 64;

    /// <summary>How often one step is tried under one plan version. Default: 3.</summary>
    [Range(1, 20)]
    public int MaxAttempts { get; set; } = 3;

    /// <summary>How many malformed plans are refused before the run fails. Default: 3.</summary>
    [Range(1, 20)]
    public int MaxPlanRefusals { get; set; } = 3;

    /// <summary>How many plan versions a run may have. Default: 3.</summary>
    [Range(1, 20)]
    public int MaxPlanVersions { get; set; } = 3;

    /// <summary>How long a run may take, times left out in which it stands still for a person or a model server. Default: one day, less where policy says so.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan MaxRunTime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Tool calls one run may make. Default: 100 000, less where policy says so.</summary>
    [Range(1, 10_000_000)]
    public long MaxToolCalls { get; set; } = 100_000;

    /// <summary>Tokens one run may use, in and out. Default: a thousand million, less where policy says so.</summary>
    [Range(1, long.MaxValue)]
    public long MaxTokens { get; set; } = 1_000_000_000;

    /// <summary>Whether a person signs each plan before anything of it begins; policy's <c>limits.yaml</c> says so for workspaces, a goal for itself.</summary>
    public bool PlanSignOff { get; set; }

    /// <summary>How runs work in a copy of their workspace; policy's <c>limits.yaml</c> says so. Null: in the workspace itself.</summary>
    public WorkingCopyLimits? WorkingCopy { get; set; }

    /// <summary>Dollars one run may cost, by the price table. Default: a million, less where policy says so.</summary>
    [Range(0.0, 1e9)]
    public decimal MaxCostUsd { get; set; } = 1_000_000;

    /// <summary>Share of a run's budget from which on a person is asked; policy's <c>budget.soft_share</c> sets it. 1 = never.</summary>
    [Range(0.01, 1.0)]
    public double SoftShare { get; set; } = 1;

    /// <summary>Supervision's thresholds; policy's <c>limits.yaml</c> sets them.</summary>
    public SupervisionLimits Supervision { get; set; } = SupervisionLimits.Default;

    /// <summary>How long a cancelled run waits for running tool calls to say how they ended. Default: 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan CancelGrace { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How often open runs are looked at without a hint. Default: 3 s; a dead owner's work is taken over within 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a sent command is given before it is sent again; doubles with each repeat up to a minute. Default: 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ResendAfter { get; set; } = TimeSpan.FromSeconds(5);
}

[OptionsValidator]
sealed partial class RunOptionsValidator : IValidateOptions<RunOptions>;
