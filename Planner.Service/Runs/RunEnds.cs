using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Planner.Service.Runs;

/// <summary>Every way a run can end, each with its report.</summary>
static class RunEnds
{
    public static RunEnded Succeeded(RunState state, DateTimeOffset now) => End(state, RunPhase.Succeeded, StopReason.Done, null, now);

    public static RunEnded Failed(RunState state, StopReason reason, string detail, DateTimeOffset now) => End(state, RunPhase.Failed, reason, detail, now);

    public static RunEnded Stopped(RunState state, StopReason reason, string detail, DateTimeOffset now) => End(state, RunPhase.Stopped, reason, detail, now);

    public static RunEnded Cancelled(RunState state, string who, DateTimeOffset now) => End(state, RunPhase.Cancelled, StopReason.Operator, $"Cancelled by {who}.", now);

    /// <summary>A limit or a policy stops a run; anything else fails it.</summary>
    public static RunEnded CutShort(RunState state, StopReason reason, string detail, DateTimeOffset now) =>
        reason is StopReason.Policy or StopReason.Budget or StopReason.KillSwitch ? Stopped(state, reason, detail, now) : Failed(state, reason, detail, now);

    static RunEnded End(RunState state, RunPhase phase, StopReason reason, string? detail, DateTimeOffset now) =>
        new(phase, reason, RunReport.Write(state, phase, reason, detail, now), detail);
}
