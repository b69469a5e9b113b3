using Agent.Contracts;

namespace Agent.Journal.Runs;

/// <summary>What model calls took together.</summary>
/// <param name="Cached">Part of <paramref name="Input"/>.</param>
/// <param name="Reasoning">Part of <paramref name="Output"/>.</param>
/// <param name="CostUsd">Of the calls whose model had a price; null: none had.</param>
public sealed record ModelUse(int Calls, long Input, long Output, long Cached, long Reasoning, decimal? CostUsd)
{
    public static ModelUse None { get; } = new(0, 0, 0, 0, 0, null);

    public ModelUse Plus(TokenUsage usage) => new(
        Calls + 1, Input + usage.Input, Output + usage.Output, Cached + (usage.CachedInput ?? 0), Reasoning + (usage.Reasoning ?? 0),
        usage.CostUsd is { } cost ? (CostUsd ?? 0) + cost : CostUsd);
}
