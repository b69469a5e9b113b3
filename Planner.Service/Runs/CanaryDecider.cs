using Agent.Contracts;
using Agent.Guardrails.Distribution;
using Agent.Journal.Runs;
using Agent.ServiceDefaults;

namespace Agent.Planner.Service.Runs;

/// <summary>Puts a share of new runs on the policy bundle that is on trial. Which runs is fixed by their ids, so that every planner says the same; it is written down, so that nobody has to work it out again.</summary>
static class CanaryDecider
{
    /// <returns>Null for a run that is not new, or not among the share.</returns>
    public static RunDecision? Decide(RunState state, CanaryBundle? trial) =>
        state.Head.Sequence == 1 && trial is { Bundle: { } bundle } && CanaryOffer.Includes(trial.Number, trial.Share, state.RunId)
            ? RunDecision.Append(new CanaryAssigned(trial.Number, bundle.Digest, trial.Share))
            : null;
}
