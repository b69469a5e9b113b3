using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Agent.Planner.Service.Schedules;

/// <summary>How schedules are looked after.</summary>
sealed class ScheduleOptions
{
    public const string Section = "Planner:Schedules";

    /// <summary>How often it is looked whether a time has come. Default: 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);
}

[OptionsValidator]
sealed partial class ScheduleOptionsValidator : IValidateOptions<ScheduleOptions>;
