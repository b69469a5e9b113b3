using System.Globalization;
using Agent.Dashboard.Web.Runs;

namespace Agent.Dashboard.Web.Components.Parts;

/// <summary>How states, times and amounts look on all pages. Pure.</summary>
static class Looks
{
    /// <summary>Style class of a state of a run, step or call.</summary>
    public static string Class(string state) => state switch
    {
        "succeeded" or "accepted" or "ok" or "approved" or "healthy" or "accept" or "allow" or "happened" => "good",
        "failed" or "rejected" or "error" or "unknown" or "timed_out" or "unhealthy" or "fail" or "deny" or "away" or "open" or "quarantined" => "bad",
        "waiting_approval" or "waiting_capacity" or "paused" or "cancelled" or "stopped" or "denied" or "ask" or "degraded" or "throttled" or "half_open" or "retry" or "replan" or "escalate" or "expired" => "warn",
        "running" or "planning" or "reviewing" or "executed" => "live",
        _ => "quiet",
    };

    /// <summary>A sign per kind of state, so that colour is never needed to tell them apart.</summary>
    public static string Sign(string state) => Class(state) switch
    {
        "good" => "✓",
        "bad" => "✕",
        "live" => "●",
        "warn" => state is "paused" ? "‖" : state is "cancelled" or "stopped" or "denied" ? "■" : "▲",
        _ => "○",
    };

    public static string Words(string state) => state.Replace('_', ' ');

    public static string Words<T>(T state)
        where T : struct, Enum => Words(RunPhases.NameOf(state));

    /// <summary><c>840 ms</c>, <c>3.2 s</c>, <c>4 min 07 s</c>, <c>2 h 05 min</c>, <c>3 d 4 h</c>.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { Ticks: < 0 } => "0 ms",
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0} ms"),
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(span.TotalSeconds * 10) / 10:0.0} s"),
        { TotalHours: < 1 } => $"{span.Minutes} min {span.Seconds:00} s",
        { TotalDays: < 1 } => $"{span.Hours} h {span.Minutes:00} min",
        _ => $"{(int)span.TotalDays} d {span.Hours} h",
    };

    /// <summary><c>just now</c>, <c>12 s ago</c>, <c>5 min ago</c>, <c>3 h ago</c>, <c>2026-03-01</c>.</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now) => (now - at) switch
    {
        { TotalSeconds: < 2 } => "just now",
        { TotalSeconds: < 60 } span => $"{(int)span.TotalSeconds} s ago",
        { TotalMinutes: < 60 } span => $"{(int)span.TotalMinutes} min ago",
        { TotalHours: < 24 } span => $"{(int)span.TotalHours} h ago",
        { TotalDays: < 14 } span => $"{(int)span.TotalDays} d ago",
        _ => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    /// <summary>Distance from the start, for timelines: <c>+0.31</c>, <c>+12.40</c>, <c>+3:07.5</c>, <c>+1:02:03</c>.</summary>
    public static string Offset(TimeSpan offset) => offset switch
    {
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"+{offset.TotalSeconds:0.00}"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"+{offset.Minutes}:{offset.Seconds:00}.{offset.Milliseconds / 100}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"+{(int)offset.TotalHours}:{offset.Minutes:00}:{offset.Seconds:00}"),
    };

    /// <summary>Digits in groups of three: <c>12 480</c>.</summary>
    public static string Amount(long amount) => amount.ToString("#,0", Grouped);

    public static string Hash(string hash) => hash.Length <= 12 ? hash : hash[..12];

    public static string Id(Guid id) => id.ToString("N")[^8..];

    static readonly NumberFormatInfo Grouped = new() { NumberGroupSeparator = "\u202f" };
}
