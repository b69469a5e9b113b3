using System.Globalization;

namespace Agent.EndToEnd.Tests.Crashes;

/// <summary>How much is tried: <c>AGENT_SCALE_RUNS</c>, set by <c>./test.sh --scale</c>; without it a few runs.</summary>
static class Scale
{
    public static int? Runs { get; } = int.TryParse(Environment.GetEnvironmentVariable("AGENT_SCALE_RUNS"), CultureInfo.InvariantCulture, out var runs) ? runs : null;

    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(3) + (TimeSpan.FromSeconds(4) * (Runs ?? 0));
}
