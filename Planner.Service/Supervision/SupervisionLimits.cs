using Agent.Guardrails;

namespace Agent.Planner.Service.Supervision;

/// <summary>When supervision steps in, as <c>limits.yaml</c> has it.</summary>
/// <param name="PanicConfidence">Share of a step's tool calls that succeed, below which it is lost.</param>
/// <param name="DeadlockRepeats">So many times the same call with the same result.</param>
/// <param name="ScarcityShare">Share of a budget that is left, below which the run is to finish.</param>
/// <param name="ConsecutiveFailures">So many failed calls of one step in a row.</param>
/// <param name="TotalFailures">So many failed calls of a run.</param>
sealed record SupervisionLimits(double PanicConfidence, int DeadlockRepeats, double ScarcityShare, int ConsecutiveFailures, int TotalFailures)
{
    public static SupervisionLimits Default { get; } = From(PolicyLimits.Default);

    public static SupervisionLimits From(PolicyLimits limits) => new(
        limits["supervision.panic_confidence"],
        (int)limits["supervision.deadlock_repeats"],
        limits["supervision.scarcity_share"],
        (int)limits["supervision.breaker_consecutive_failures"],
        (int)limits["supervision.breaker_total_failures"]);
}
