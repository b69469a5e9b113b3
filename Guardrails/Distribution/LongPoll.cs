using System.Globalization;

namespace Agent.Guardrails.Distribution;

/// <summary>A conditional request that is answered when there is something new (RFC 7240, <c>Prefer: wait=20</c>).</summary>
public static class LongPoll
{
    public const string PreferHeader = "Prefer";

    /// <summary>Says that the answer was waited for; without it whoever asks makes a pause of its own.</summary>
    public const string AppliedHeader = "Preference-Applied";

    /// <summary>Longest wait that is granted. Below the idle time-outs of common proxies.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    public static string Preference(TimeSpan wait) => string.Create(CultureInfo.InvariantCulture, $"wait={(int)wait.TotalSeconds}");

    /// <summary>Seconds a request wants to wait, at most <see cref="Longest"/>; null if it does not.</summary>
    public static TimeSpan? WaitOf(string? preference) =>
        preference?.Split(',', ';').Select(part => part.Trim()).FirstOrDefault(part => part.StartsWith("wait=", StringComparison.OrdinalIgnoreCase)) is { } wait
            && int.TryParse(wait.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(Math.Min(seconds, Longest.TotalSeconds))
            : null;
}
