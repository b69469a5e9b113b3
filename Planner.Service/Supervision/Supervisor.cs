using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.Planner.Service.Runs;

namespace Agent.Planner.Service.Supervision;

/// <summary>Critical states of a run and what their protocols ask for, as facts to append. Pure. Each fires once for its occasion: the journal remembers.</summary>
static class Supervisor
{
    // Fewer calls than this say nothing about confidence.
    const int LeastCalls = 6;

    public static IReadOnlyList<IRunEvent> Findings(RunState state, DateTimeOffset now, RunOptions options) => Findings(state, now, options, state.CriticalStates);

    /// <param name="entered">What counts as found before; in a backtest something else than the journal says.</param>
    public static IReadOnlyList<IRunEvent> Findings(RunState state, DateTimeOffset now, RunOptions options, IReadOnlyList<CriticalStateEntered> entered)
    {
        if (Scarcity(state, now, options, entered) is { } scarcity)
        {
            return [scarcity];
        }

        foreach (var step in state.BegunSteps)
        {
            if (Deadlock(state, step, options, entered) is { } deadlock)
            {
                return deadlock;
            }

            if (Panic(state, step, options.Supervision, entered) is { } panic)
            {
                return [panic, new RunPaused("supervision", panic.Reason)];
            }

            if (Hubris(state, step, options, entered) is { } hubris)
            {
                return [hubris, new StepDispatched(step.Id, step.Attempt + 1, hubris.Reason)];
            }
        }

        return [];
    }

    /// <summary>What a step is told that begins now.</summary>
    public static string? Advice(RunState state) =>
        state.CriticalStates.FirstOrDefault(critical => critical.State == CriticalState.Scarcity) is { } scarcity ? $"{scarcity.Reason} Finish with what you have." : null;

    static CriticalStateEntered? Scarcity(RunState state, DateTimeOffset now, RunOptions options, IReadOnlyList<CriticalStateEntered> entered)
    {
        if (Fired(entered, CriticalState.Scarcity))
        {
            return null;
        }

        var (name, share) = RunBudget.Tightest(state, now, options);
        return share > options.Supervision.ScarcityShare ? null
            : new CriticalStateEntered(CriticalState.Scarcity, "finish_early", $"{share * 100:F0} % of the run's budget of {name} is left.");
    }

    /// <summary>The same call with the same result, again and again, within one attempt. An empty result is a result like any other.</summary>
    static IReadOnlyList<IRunEvent>? Deadlock(RunState state, StepState step, RunOptions options, IReadOnlyList<CriticalStateEntered> before)
    {
        if (step.Phase != StepPhase.Running || Fired(before, CriticalState.Deadlock, step))
        {
            return null;
        }

        var stuck = step.CallIds.Select(id => state.Calls[id]).Where(call => call.Finished is not null)
            .GroupBy(call => (call.Decided.Tool, Arguments: call.Decided.Arguments.GetRawText(), call.Finished!.OutputDigest))
            .FirstOrDefault(group => group.Count() >= options.Supervision.DeadlockRepeats);
        if (stuck is null)
        {
            return null;
        }

        var reason = $"{stuck.Key.Tool} was called {stuck.Count()} times with the same arguments and the same result ({string.Join(", ", stuck.Select(call => call.Decided.CallId))}). Go another way.";
        var entered = new CriticalStateEntered(CriticalState.Deadlock, "another_way", reason, step.Id, step.Attempt);
        return StepFate.HasTries(step, state, options)
            ? [entered, new StepDispatched(step.Id, step.Attempt + 1, reason)]
            : [entered, new StepFailed(step.Id, step.Attempt, "limit", reason, Retryable: false, Token: 0)];
    }

    /// <summary>Too much of what a step tries fails: a person should look before it goes on.</summary>
    static CriticalStateEntered? Panic(RunState state, StepState step, SupervisionLimits limits, IReadOnlyList<CriticalStateEntered> entered)
    {
        if (step.Phase != StepPhase.Running || Fired(entered, CriticalState.Panic, step))
        {
            return null;
        }

        var outcomes = step.CallIds.Select(id => state.Calls[id].Finished?.Outcome).OfType<ToolCallOutcome>().Where(outcome => outcome != ToolCallOutcome.Cancelled).ToList();
        var failedInARow = outcomes.AsEnumerable().Reverse().TakeWhile(outcome => outcome != ToolCallOutcome.Ok).Count();
        var failedInRun = state.Calls.Values.Count(call => call.Finished is { Outcome: ToolCallOutcome.Error or ToolCallOutcome.TimedOut or ToolCallOutcome.Denied });
        var confidence = outcomes.Count == 0 ? 1 : (double)outcomes.Count(outcome => outcome == ToolCallOutcome.Ok) / outcomes.Count;
        var reason = failedInARow >= limits.ConsecutiveFailures ? $"The last {failedInARow} tool calls of step {step.Id} failed."
            : failedInARow > 0 && failedInRun >= limits.TotalFailures && !entered.Any(critical => critical.State == CriticalState.Panic) ? $"{failedInRun} tool calls of the run failed."
            : outcomes.Count >= LeastCalls && confidence < limits.PanicConfidence ? $"Only {confidence * 100:F0} % of the {outcomes.Count} tool calls of step {step.Id} succeeded."
            : null;
        return reason is null ? null : new CriticalStateEntered(CriticalState.Panic, "ask_person", reason, step.Id, step.Attempt);
    }

    /// <summary>An answer without one look, where the step was given tools to look with: it is asked for evidence, once.</summary>
    static CriticalStateEntered? Hubris(RunState state, StepState step, RunOptions options, IReadOnlyList<CriticalStateEntered> entered) =>
        step is { Phase: StepPhase.Executed, CallIds.Count: 0, Definition: { DependsOn.Count: 0, Tools.Count: > 0 } }
        && !entered.Any(critical => critical.State == CriticalState.Hubris && critical.StepId == step.Id)
        && StepFate.HasTries(step, state, options)
            ? new CriticalStateEntered(CriticalState.Hubris, "require_evidence", $"The answer of step {step.Id} rests on no tool call. Look with the tools ({string.Join(", ", step.Definition.Tools)}) and cite what they return.", step.Id, step.Attempt)
            : null;

    static bool Fired(IReadOnlyList<CriticalStateEntered> entered, CriticalState critical, StepState? step = null) =>
        entered.Any(one => one.State == critical && (step is null || (one.StepId == step.Id && one.Attempt == step.Attempt)));
}
