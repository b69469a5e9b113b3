using System.Globalization;

namespace Agent.Journal.Budgets;

/// <summary>Units of budgets, and their amounts in words. Money is counted in millionths of a dollar (<c>cost_microusd</c>).</summary>
public static class BudgetText
{
    public const string Tokens = "tokens";
    public const string CostMicroUsd = "cost_microusd";
    public const string ToolCalls = "tool_calls";
    public const string Steps = "steps";
    public const string WallClock = "wall_clock_seconds";

    public const decimal MicroUsd = 1_000_000;

    /// <summary>The unit as <c>limits.yaml</c> and people name it.</summary>
    public static string NameOf(string unit) => unit == CostMicroUsd ? "cost_usd" : unit;

    /// <summary>An amount as people read it.</summary>
    public static string Of(string unit, long amount) =>
        amount == long.MaxValue ? "no cap" : unit == CostMicroUsd ? string.Create(CultureInfo.InvariantCulture, $"{amount / MicroUsd:0.######}") : amount.ToString(CultureInfo.InvariantCulture);
}
