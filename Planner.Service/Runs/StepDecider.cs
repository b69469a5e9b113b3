using System.Diagnostics;
using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.Planner.Service.Supervision;

namespace Agent.Planner.Service.Runs;

/// <summary>The part of the decision that looks at the plan's steps.</summary>
static class StepDecider
{
    public static RunDecision Decide(RunState state, DateTimeOffset now, RunOptions options)
    {
        // Of a long plan most is done or has not begun: only what is under way can have a say.
        var begun = state.BegunSteps.ToList();
        var fates = begun.ConvertAll(step => StepFate.Of(step, state, options));

        // A step that can not be had stops what has not begun; what has begun comes to its end first, for the partial result's sake.
        if (fates.Find(fate => fate is StepFate.Hopeless or StepFate.NeedsPlan) is { } verdict && !begun.Exists(step => IsActive(step.Phase)))
        {
            return verdict switch
            {
                StepFate.Hopeless hopeless => RunDecision.Append(RunEnds.CutShort(state, hopeless.StopReason, hopeless.Why, now)),
                StepFate.NeedsPlan replan when state.PlanRefusals >= options.MaxPlanRefusals =>
                    RunDecision.Append(RunEnds.Failed(state, replan.IfDeclined, $"{replan.Why} No usable new plan after {state.PlanRefusals} tries: {string.Join("; ", state.PlanMistakes)}", now)),
                StepFate.NeedsPlan replan => RunDecision.Plan(new PlanNeed(replan.Why, replan.IfDeclined)),
                _ => throw new UnreachableException(),
            };
        }

        if (begun.Find(step => step is { Phase: StepPhase.Rejected, Review.Verdict: Verdict.Escalate }) is { } escalated && !state.Waits.Contains("approval"))
        {
            return RunDecision.Append(new RunWaiting("approval", $"A person is to judge step {escalated.Id}: {escalated.Review!.Feedback}", escalated.Id));
        }

        var isHalting = IsHalting(fates);
        if (!isHalting && Supervisor.Findings(state, now, options) is { Count: > 0 } findings)
        {
            return RunDecision.Append([.. findings]);
        }

        var dispatches = isHalting ? [] : Dispatches(state, begun, options);
        if (dispatches.Count > 0)
        {
            return RunDecision.Append([.. dispatches]);
        }

        return state.AreAllAccepted
            ? DecideReview(state, now, options)
            : new RunDecision([], [.. begun.SelectMany(step => Owed(state, step, now))], null, string.Join("; ", begun.Select(step => WaitsFor(state, step)).OfType<string>()));
    }

    /// <summary>Nothing new begins, so that nothing more is found about it either.</summary>
    public static bool IsHalting(RunState state, RunOptions options) => IsHalting([.. state.BegunSteps.Select(step => StepFate.Of(step, state, options))]);

    static bool IsHalting(List<StepFate> fates) => fates.Exists(fate => fate is StepFate.Hopeless or StepFate.NeedsPlan);

    static List<StepDispatched> Dispatches(RunState state, List<StepState> begun, RunOptions options)
    {
        var room = options.MaxParallelSteps - begun.Count(step => IsActive(step.Phase));
        return room <= 0 ? [] : [.. state.OpenSteps.Select(step => Dispatch(state, step, options)).OfType<StepDispatched>().Take(room)];
    }

    static StepDispatched? Dispatch(RunState state, StepState step, RunOptions options) => StepFate.Of(step, state, options) switch
    {
        StepFate.Again again => new StepDispatched(step.Id, step.Attempt + 1, again.Feedback),
        StepFate.Ready when step.Definition.DependsOn.All(id => state.StepInPlan(id) is { Phase: StepPhase.Accepted }) => new StepDispatched(step.Id, step.Attempt + 1, step.RetryComment ?? Supervisor.Advice(state)),
        _ => null,
    };

    static RunDecision DecideReview(RunState state, DateTimeOffset now, RunOptions options)
    {
        if (state.Review is not { } review)
        {
            return RunDecision.Wait("the review of the run", new OwedMessage(new ReviewRun(state.RunId, state.PlanVersion), state.PlanVersion));
        }

        return review.Verdict switch
        {
            Verdict.Accept => PromotionDecider.BeforeTheEnd(state, now) ?? RunDecision.Append(RunEnds.Succeeded(state, now)),
            Verdict.Retry or Verdict.Replan when state.PlanVersion < options.MaxPlanVersions && state.PlanRefusals < options.MaxPlanRefusals =>
                RunDecision.Plan(new PlanNeed(review.Feedback, StopReason.ReviewFailed)),
            Verdict.Escalate when !state.Waits.Contains("approval") => RunDecision.Append(new RunWaiting("approval", $"A person is to judge the run: {review.Feedback}")),
            Verdict.Escalate => RunDecision.Wait($"a person to judge the run: {review.Feedback}"),
            _ => RunDecision.Append(RunEnds.Failed(state, StopReason.ReviewFailed, review.Feedback, now)),
        };
    }

    static IEnumerable<OwedMessage> Owed(RunState state, StepState step, DateTimeOffset now)
    {
        switch (step.Phase)
        {
            case StepPhase.Dispatched:
                yield return new OwedMessage(new ExecuteStep(state.RunId, step.Id, step.Attempt), step.CallIds.Count);
                break;
            case StepPhase.Running:
                // With each owner it is owed anew: that it was sent to the one who died must not hold up its successor.
                yield return new OwedMessage(new ExecuteStep(state.RunId, step.Id, step.Attempt), unchecked((int)step.Token * 1024) + step.CallIds.Count, UnlessHeld: StepLease.NameOf(state.RunId, step.Id));
                break;
            case StepPhase.WaitingApproval when Asked(state, step) is { } asked && asked.ExpiresAt <= now:
                // Nobody answered in time: the executor says so in the journal and goes on without the call.
                yield return new OwedMessage(new ExecuteStep(state.RunId, step.Id, step.Attempt), -step.CallIds.Count, UnlessHeld: StepLease.NameOf(state.RunId, step.Id));
                break;
            case StepPhase.Unknown when Wanted(state, step) is { } wanted:
                // A person wants to find out what became of a call before they say it.
                yield return new OwedMessage(new ExecuteStep(state.RunId, step.Id, step.Attempt), -1000 * wanted.Check - step.CallIds.Count, UnlessHeld: StepLease.NameOf(state.RunId, step.Id));
                break;
            case StepPhase.Executed:
                yield return new OwedMessage(new ReviewStep(state.RunId, step.Id, step.Attempt), IsAsked: step.IsReviewAsked);
                break;
            default:
                break;
        }
    }

    static string? WaitsFor(RunState state, StepState step) => step.Phase switch
    {
        StepPhase.Dispatched => $"an executor to take step {step.Id}",
        StepPhase.Running => $"step {step.Id}, worked on by {step.Owner}",
        StepPhase.WaitingApproval => $"a person to approve {Asked(state, step)?.CallId ?? $"a call of step {step.Id}"}",
        StepPhase.Unknown when Wanted(state, step) is { } wanted => $"an executor to check what became of {wanted.CallId}, for {wanted.Principal}",
        StepPhase.Unknown => $"a person to say what became of {step.CallIds.LastOrDefault() ?? step.Id}",
        StepPhase.Executed => $"the review of step {step.Id}",
        StepPhase.Rejected when step.Review?.Verdict == Verdict.Escalate => $"a person to judge step {step.Id}: {step.Review.Feedback}",
        _ => null,
    };

    static ApprovalRequested? Asked(RunState state, StepState step) =>
        step.CallIds.Select(id => state.Calls[id]).LastOrDefault(call => call is { Approval: not null, ApprovalAnswer: null })?.Approval;

    static ToolCallCheckRequested? Wanted(RunState state, StepState step) => step.CallIds.Select(id => state.Calls[id].OpenCheck).LastOrDefault(check => check is not null);

    static bool IsActive(StepPhase phase) => phase is StepPhase.Dispatched or StepPhase.Running or StepPhase.Executed;
}
