namespace Agent.EndToEnd.Tests.Crashes;

/// <summary>Every place where a service can be told to die, and what leads there beside a goal being worked on.
/// Those of working copies are reached only where policy wants such: <c>When_the_process_is_killed_over_a_working_copy</c> tries them.</summary>
static class CrashPlaces
{
    /// <summary>Reached only after another death.</summary>
    public const string AfterUnknown = "call.unknown";

    public static IReadOnlyList<string> All { get; } =
    [
        "sweep.listed", "decision.made", "decision.appended", "command.claimed", "command.sent", "plan.leased", "plan.made", "plan.appended",
        "step.received", "lease.taken", "lease.appended", "model.replied", "reply.appended", "call.decided", "call.asked", "call.started", "call.effected", "call.stored", "call.acted", "call.finished",
        "call.unknown", "step.executed", "step.failed", "step.released", "step.announced",
        "review.leased", "review.judged", "review.appended", "review.announced",
        "budget.reserved", "budget.unsettled", "budget.settled",
        "invoke.received", "invoke.sending", "invoke.answered", "invoke.recorded",
        "submission.claimed", "submission.appended", "submission.hinted", "verb.decided", "verb.appended", "verb.hinted",
        "bundle.signed", "bundle.written", "bundle.kept", "bundle.announced", "bundle.verified", "bundle.switched",
    ];

    /// <summary>On ways that goals of the matrix do not take: working copies, which have a trial of their own in Executor.Service.Tests, and a bundle on trial (<see cref="When_a_canary_is_promoted"/>).</summary>
    public static IReadOnlyList<string> Elsewhere { get; } =
        ["copy.leased", "copy.copied", "copy.made", "copy.appended", "copy.done", "check.ran", "promotion.staged", "promotion.written", "canary.promoting"];

    /// <summary>One of each service, for a short trial.</summary>
    public static IReadOnlyList<string> Few { get; } = ["decision.appended", "submission.appended", "bundle.switched", "call.effected", "invoke.answered", "review.judged"];

    public static bool NeedsNewPolicies(string place) => place.StartsWith("bundle.", StringComparison.Ordinal);
}
