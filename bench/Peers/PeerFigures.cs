using System.Text.Json.Serialization;

namespace Agent.Bench.Peers;

/// <summary>One load on one side.</summary>
/// <param name="Dag"><c>chain10</c>, <c>chain100</c>: one step after the other; <c>fan10</c>: ten side by side and one that needs them all.</param>
/// <param name="P50Ms">From a step's dependencies being done to its own result being durable, in chains.</param>
/// <param name="ProcessorMs">Of every process that has a part in it, the store's too, for each step.</param>
/// <param name="Bytes">That the store wrote to its log, for each step; null where it does not say.</param>
sealed record PeerFigures(
    string Dag, [property: JsonPropertyName("in_flight")] int InFlight, int Runs, [property: JsonPropertyName("steps_per_second")] double StepsPerSecond,
    [property: JsonPropertyName("p50_ms")] double? P50Ms, [property: JsonPropertyName("p99_ms")] double? P99Ms, [property: JsonPropertyName("processor_ms")] double ProcessorMs, double? Bytes)
{
    public string Side { get; init; } = "";

    /// <summary>The same by process; null where it was not taken apart.</summary>
    public IReadOnlyDictionary<string, double>? ProcessorMsBy { get; init; }

    /// <summary>Of <see cref="Bytes"/>, what the journal is; null for the others, whose log is all of it.</summary>
    public double? JournalBytes { get; init; }
}

/// <param name="Dag">As in <see cref="PeerFigures"/>.</param>
/// <param name="InFlight">Runs at once.</param>
sealed record PeerLoad(string Dag, int InFlight)
{
    public static IReadOnlyList<PeerLoad> All(bool quick) => quick
        ? [new("chain10", 1), new("chain10", 8), new("fan10", 8)]
        : [new("chain10", 1), new("chain10", 8), new("chain10", 64), new("fan10", 1), new("fan10", 8), new("fan10", 64), new("chain100", 1), new("chain100", 8)];

    public override string ToString() => $"{Dag}x{InFlight}";
}
