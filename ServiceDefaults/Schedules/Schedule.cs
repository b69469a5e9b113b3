using System.Text.Json.Serialization;
using Agent.Contracts;

namespace Agent.ServiceDefaults.Schedules;

/// <summary>A goal that is run again and again.</summary>
/// <param name="Id">Tells it from an earlier one of the same name: part of each firing's idempotency key.</param>
/// <param name="Cron">As crontab writes it, <c>30 2 * * 1-5</c>, or as Quartz does with seconds first, <c>0 30 2 ? * MON-FRI</c>.</param>
/// <param name="TimeZone">An IANA name.</param>
/// <param name="Principal">Who added it; its runs are theirs.</param>
/// <param name="LookedUpTo">Times up to here are dealt with.</param>
/// <param name="Queued">Times that wait for the run before them to end.</param>
/// <param name="Recent">What became of the last times, newest first.</param>
/// <param name="Revision">Counts the changes: of two who look at once one writes.</param>
/// <param name="Webhook">Name of a webhook that is told of each run's end.</param>
public sealed record Schedule(
    Guid Id, string Name, string Cron, string TimeZone, string Goal, string Workspace, string Principal, MisfireRule Misfire, OverlapRule Overlap, bool IsPaused,
    DateTimeOffset AddedAt, DateTimeOffset LookedUpTo, Guid? LastRun = null, IReadOnlyList<DateTimeOffset>? Queued = null, IReadOnlyList<ScheduledTime>? Recent = null,
    bool SignOff = false, int? Priority = null, long Revision = 0, string? Webhook = null)
{
    public const int Remembered = 20;
}

/// <summary>What became of one time.</summary>
/// <param name="RunId">The run it made; null if none.</param>
/// <param name="Why">Why none.</param>
public sealed record ScheduledTime(DateTimeOffset At, Guid? RunId, string? Why = null);

/// <summary>What is done about times that were missed: nobody was there to look, for more than a minute.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<MisfireRule>))]
public enum MisfireRule
{
    /// <summary>One run for all of them.</summary>
    Once,

    /// <summary>Nothing.</summary>
    Skip,

    /// <summary>A run for each.</summary>
    All,
}

/// <summary>What is done about a time at which the run before is still open.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<OverlapRule>))]
public enum OverlapRule
{
    /// <summary>Nothing.</summary>
    Skip,

    /// <summary>Its run begins when that one has ended.</summary>
    Queue,
}
