using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Planner.Service.Runs;

/// <summary>The part of the decision that looks at the person who is to sign the plan.</summary>
static class SignOffDecider
{
    /// <returns>Null where the plan may go on.</returns>
    public static RunDecision? Decide(RunState state, DateTimeOffset now, RunOptions options) => state.SignOff switch
    {
        // What has begun is not held up by a rule that came later.
        null when state.IsPlanUntouched && (state.WantsSignOff || options.PlanSignOff) =>
            RunDecision.Append(new PlanSignOffRequested(state.PlanVersion, state.WantsSignOff ? "The goal was submitted so." : "Policy wants it for this workspace.")),
        { Answer: null } => RunDecision.Wait($"a person to sign version {state.PlanVersion} of the plan"),
        { Answer: { Approved: false } rejected } => AfterRejection(state, rejected, now, options),
        _ => null,
    };

    static RunDecision AfterRejection(RunState state, PlanSignOffDecided rejected, DateTimeOffset now, RunOptions options)
    {
        var why = $"{rejected.Principal} rejected version {rejected.Version} of the plan: {rejected.Comment}";
        return state.PlanVersion >= options.MaxPlanVersions
            ? RunDecision.Append(RunEnds.Stopped(state, StopReason.Operator, $"{why} {options.MaxPlanVersions} versions were made; more are not.", now))
            : state.PlanRefusals >= options.MaxPlanRefusals
                ? RunDecision.Append(RunEnds.Stopped(state, StopReason.Operator, $"{why} No usable new plan after {state.PlanRefusals} tries: {string.Join("; ", state.PlanMistakes)}", now))
                : RunDecision.Plan(new PlanNeed(why, StopReason.Operator));
    }
}
