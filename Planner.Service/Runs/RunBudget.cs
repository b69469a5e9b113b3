using Agent.Journal.Runs;

namespace Agent.Planner.Service.Runs;

/// <summary>What a run has used of what it may use, by its journal.</summary>
static class RunBudget
{
    /// <returns>Which budget is used up, in words; null if none is.</returns>
    public static string? Exceeded(RunState state, DateTimeOffset now, RunOptions options) =>
        Uses(state, now, options).Where(use => use.Used > use.Cap).Select(use => $"The run's budget of {use.Name} is used up: {use.Said}.").FirstOrDefault();

    /// <returns>Which budget has come to its soft limit without a person's answer, in words; null if none has.</returns>
    public static string? Asks(RunState state, DateTimeOffset now, RunOptions options) => options.SoftShare >= 1 ? null
        : Uses(state, now, options).Where(use => use.Used >= use.Cap * options.SoftShare && !state.Budget.MayPassSoft(use.Unit))
            .Select(use => $"The run has used {use.Said} of {use.Unit}: a person is to raise the budget or let the run go on.").FirstOrDefault();

    /// <returns>The budget with the least left, and the share of it that is left.</returns>
    public static (string Name, double Share) Tightest(RunState state, DateTimeOffset now, RunOptions options) =>
        Uses(state, now, options).Select(use => (use.Name, Share: 1 - (use.Used / use.Cap))).MinBy(use => use.Share);

    public static Use[] Uses(RunState state, DateTimeOffset now, RunOptions options)
    {
        var (time, calls, tokens, cost) = (now - state.SubmittedAt - state.Waited(now), state.Calls.Count, state.InputTokens + state.OutputTokens, state.Use.CostUsd ?? 0);
        var maxTime = options.MaxRunTime + TimeSpan.FromSeconds((double)state.Budget.RaisedBy("wall_clock_seconds"));
        var (maxCalls, maxTokens, maxCost) = (options.MaxToolCalls + state.Budget.RaisedBy("tool_calls"), options.MaxTokens + state.Budget.RaisedBy("tokens"), options.MaxCostUsd + state.Budget.RaisedBy("cost_usd"));
        return
        [
            new("time", "wall_clock_seconds", time.TotalSeconds, maxTime.TotalSeconds, $"{time:c} of {maxTime:c}"),
            new("tool calls", "tool_calls", calls, (double)maxCalls, $"{calls} of {maxCalls}"),
            new("tokens", "tokens", tokens, (double)maxTokens, $"{tokens} of {maxTokens}"),
            new("money", "cost_usd", (double)cost, (double)maxCost, $"${cost:0.######} of ${maxCost:0.######}"),
        ];
    }

    /// <param name="Unit">As <c>limits.yaml</c> names it.</param>
    internal readonly record struct Use(string Name, string Unit, double Used, double Cap, string Said);
}
