using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Agent.Mcp.Gateway.Endpoints.Settings;

/// <summary>Durations as people write them: <c>30</c> (seconds), <c>"500ms"</c>, <c>"30s"</c>, <c>"2m"</c>, <c>"1h"</c>, <c>"00:00:30"</c>.</summary>
static partial class Durations
{
    public const string Forms = "Write a number of seconds, or \"500ms\", \"30s\", \"2m\", \"1h\", \"00:00:30\".";

    public static TimeSpan? Parse(JsonPlace place)
    {
        // Ten years: more is a slip of the hand, and would overflow arithmetic on time.
        const double Most = 10 * 365 * 86_400d;
        double? seconds = place.Kind switch
        {
            JsonValueKind.Number => place.Number,
            JsonValueKind.String when WithUnit().Match(place.Text) is { Success: true } match =>
                double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture) * match.Groups["unit"].Value switch { "ms" => 0.001, "m" => 60, "h" => 3600, _ => 1 },
            JsonValueKind.String when place.Text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(place.Text, CultureInfo.InvariantCulture, out var span) => span.TotalSeconds,
            _ => null,
        };
        return seconds is >= 0 and <= Most ? TimeSpan.FromSeconds(seconds.Value) : null;
    }

    [GeneratedRegex(@"^(?<value>\d{1,9}(\.\d{1,6})?)\s*(?<unit>ms|s|m|h)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex WithUnit();
}
