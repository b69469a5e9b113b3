using Microsoft.Extensions.AI;

namespace Agent.Llm;

/// <summary>What travels with a model call beside the conversation, in <see cref="ChatOptions.AdditionalProperties"/>. Servers are not told.</summary>
public static class ModelCall
{
    /// <summary>A number (<see cref="int"/>): of calls that wait for the same server the higher go first. Default: 0.</summary>
    public const string Priority = "agent.priority";

    /// <summary>Among a reply's counts (<see cref="UsageDetails.AdditionalCounts"/>): what it cost by the price table, in millionths of a dollar, rounded up. Missing: the model has no price.</summary>
    public const string CostMicroUsd = "agent.cost_microusd";

    /// <summary>Key of a service of the metered client, <c>Func&lt;UsageDetails, double?&gt;</c>: the dollars a use of its model would cost; null: it has no price.</summary>
    public const string Price = "agent.price";

    const decimal Million = 1_000_000;

    /// <summary>Dollars; null: the model has no price.</summary>
    public static decimal? CostOf(UsageDetails? usage) => usage?.AdditionalCounts?.TryGetValue(CostMicroUsd, out var cost) is true ? cost / Million : null;

    internal static int PriorityOf(ChatOptions? options) => options?.AdditionalProperties?.TryGetValue(Priority, out var priority) is true && priority is int number ? number : 0;
}
