using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.Planner.Service.Plans;

namespace Agent.Planner.Service.Runs;

/// <summary>Says what is owed to a run now. Pure: the same state and time give the same answer, whoever asks and however often.</summary>
static class RunDecider
{
    public static RunDecision Decide(RunState state, DateTimeOffset now, RunOptions options)
    {
        if (state.Head.Sequence == 0 || state.End is not null)
        {
            return RunDecision.Nothing;
        }

        if (PromotionDecider.BeforeAllElse(state, now) is { } promotion)
        {
            return promotion;
        }

        if (state.CancelledBy is { } who)
        {
            return Cancel(state, who, now, options);
        }

        if (RunBudget.Exceeded(state, now, options) is { } exceeded)
        {
            return RunDecision.Append(RunEnds.Stopped(state, StopReason.Budget, exceeded, now));
        }

        if (state.HeldBy is { } held)
        {
            return RunDecision.Wait($"the kill switch to be lifted; {held.Principal} engaged it");
        }

        if (state.IsPaused)
        {
            return RunDecision.Wait("an operator to resume the run");
        }

        if (state.Waits.Contains("budget"))
        {
            return RunDecision.Wait("a person to raise the budget or to let the run go on");
        }

        if (RunBudget.Asks(state, now, options) is { } asks)
        {
            return RunDecision.Append(new RunWaiting("budget", asks));
        }

        if (state.Proposal is { } proposal)
        {
            return Judge(state, proposal);
        }

        var decision = state.Plan is null ? DecidePlan(state, now, options) : SignOffDecider.Decide(state, now, options) ?? PromotionDecider.BeforeSteps(state, now, options) ?? StepDecider.Decide(state, now, options);
        return state.Waits.Contains("capacity") ? decision with { IsForCapacity = true } : decision;
    }

    static RunDecision Cancel(RunState state, string who, DateTimeOffset now, RunOptions options)
    {
        var running = state.Calls.Values.Where(call => call is { Started: not null, Finished: null, Unknown: null }).ToList();

        // The owners are told to end their calls and say how; then the journal tells the whole story.
        return running.Count > 0 && now - state.UpdatedAt < options.CancelGrace
            ? RunDecision.Wait($"running tool calls to end: {string.Join(", ", running.Select(call => call.Decided.CallId))}", new OwedMessage(new RunInterrupted(state.RunId, "cancelled")))
            : RunDecision.Append(RunEnds.Cancelled(state, who, now));
    }

    /// <summary>A person's plan: which tools there are is found out when they are called.</summary>
    static RunDecision Judge(RunState state, PlanProposed proposal)
    {
        var mistakes = PlanCheck.Mistakes(proposal.Plan, tools: null, new PlanOptions()).ToList();
        var accepted = new PlanAccepted(state.PlanVersion + 1, proposal.Plan);
        return mistakes.Count == 0 && proposal.Signed is true ? RunDecision.Append(accepted, new PlanSignOffDecided(accepted.Version, true, proposal.Principal, proposal.Comment))
            : mistakes.Count == 0 ? RunDecision.Append(accepted)
            : RunDecision.Append(new PlanRefused(state.PlanRefusals + 1, mistakes), new RunPaused("planner", $"The proposed plan was refused: {string.Join(" ", mistakes)}"));
    }

    static RunDecision DecidePlan(RunState state, DateTimeOffset now, RunOptions options) =>
        state.PlanRefusals >= options.MaxPlanRefusals
            ? RunDecision.Append(RunEnds.Failed(state, StopReason.Infrastructure, $"No usable plan after {state.PlanRefusals} tries. The last one's mistakes: {string.Join("; ", state.PlanMistakes)}", now))
            : RunDecision.Plan(new PlanNeed(null, StopReason.InvalidGoal));
}
