using System.Text.Json;
using Agent.Contracts;

namespace Agent.Dashboard.Web.Runs;

/// <summary>States of a run by the names that stand in the journal, the API and the pages.</summary>
static class RunPhases
{
    static readonly Dictionary<string, RunPhase> ByName = Enum.GetValues<RunPhase>().ToDictionary(Name, StringComparer.Ordinal);

    public static IReadOnlyCollection<string> Names => ByName.Keys;

    public static string Name(RunPhase phase) => NameOf(phase);

    public static RunPhase? Parse(string name) => ByName.TryGetValue(name, out var phase) ? phase : null;

    public static bool IsEnd(this RunPhase phase) => phase is RunPhase.Succeeded or RunPhase.Failed or RunPhase.Cancelled or RunPhase.Stopped;

    /// <summary>Any contract enum as it is written: <c>waiting_approval</c>.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
