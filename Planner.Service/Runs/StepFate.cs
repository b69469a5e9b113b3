using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Planner.Service.Runs;

/// <summary>What follows for a step from how it stands.</summary>
abstract record StepFate
{
    StepFate()
    {
    }

    /// <summary>Nothing for now: somebody is at work on it, or it is done, or a person is asked.</summary>
    public sealed record Unchanged : StepFate;

    /// <summary>May run once its dependencies are accepted.</summary>
    public sealed record Ready : StepFate;

    /// <summary>One more try, told what was wrong.</summary>
    public sealed record Again(string Feedback) : StepFate;

    /// <summary>The plan does not lead there.</summary>
    public sealed record NeedsPlan(string Why, StopReason IfDeclined) : StepFate;

    /// <summary>Not to be had: the run ends.</summary>
    public sealed record Hopeless(StopReason StopReason, string Why) : StepFate;

    public static StepFate Of(StepState step, RunState state, RunOptions options)
    {
        var hasTries = HasTries(step, state, options);

        // With little left, the run ends with what it has rather than begin anew.
        var mayReplan = state.PlanVersion < options.MaxPlanVersions && !state.CriticalStates.Any(critical => critical.State == CriticalState.Scarcity);
        return step.Phase switch
        {
            StepPhase.Pending => new Ready(),
            StepPhase.Failed => OfFailed(step, hasTries, mayReplan),
            StepPhase.Rejected => OfRejected(step, hasTries, mayReplan),
            _ => new Unchanged(),
        };
    }

    /// <summary>Attempts are numbered through all plan versions, so that call ids stay unique; each version has its own tries.</summary>
    public static bool HasTries(StepState step, RunState state, RunOptions options) => step.Attempt < options.MaxAttempts * state.PlanVersion;

    static StepFate OfFailed(StepState step, bool hasTries, bool mayReplan)
    {
        var failure = step.Failure!;
        var why = $"Step {step.Id} failed: {failure.Reason}";
        if (failure.Retryable && hasTries)
        {
            return new Again($"The last attempt failed: {failure.Reason}");
        }

        return failure.Code switch
        {
            "policy" => new Hopeless(StopReason.Policy, why),
            "budget" => new Hopeless(StopReason.Budget, why),
            "invalid_goal" => new Hopeless(StopReason.InvalidGoal, why),
            "infrastructure" or "model" => new Hopeless(StopReason.Infrastructure, why),
            _ => mayReplan ? new NeedsPlan(why, StopReason.ReviewFailed) : new Hopeless(StopReason.ReviewFailed, why),
        };
    }

    static StepFate OfRejected(StepState step, bool hasTries, bool mayReplan)
    {
        var review = step.Review!;
        var why = $"Step {step.Id} was not accepted: {review.Feedback}";
        return review.Verdict switch
        {
            Verdict.Retry when hasTries => new Again(review.Feedback),
            Verdict.Replan when mayReplan => new NeedsPlan(why, StopReason.ReviewFailed),
            Verdict.Escalate => new Unchanged(),
            _ => new Hopeless(StopReason.ReviewFailed, why),
        };
    }
}
