using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Agent.Planner.Service.Plans;

/// <summary>Limits of a plan.</summary>
sealed class PlanOptions
{
    public const string Section = "Planner:Plans";

    /// <summary>Steps a plan may have. Default: 50.</summary>
    [Range(1, 10_000)]
    public int MaxSteps { get; set; } = 50;

    /// <summary>Longest chain of dependencies. Default: 20.</summary>
    [Range(1, 10_000)]
    public int MaxDepth { get; set; } = 20;

    /// <summary>Characters of one instruction. Default: 8000.</summary>
    [Range(100, 100_000)]
    public int MaxInstruction { get; set; } = 8000;

    /// <summary>How long the model may take for one plan. Default: 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan ModelTimeout { get; set; } = TimeSpan.FromMinutes(5);
}

[OptionsValidator]
sealed partial class PlanOptionsValidator : IValidateOptions<PlanOptions>;
