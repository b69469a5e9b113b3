using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.Journal.Stops;

namespace Agent.Planner.Service.Runs;

/// <summary>What the kill switch makes of a run: its journal says when it was held, by whom, and when it was let go.</summary>
static class StopDecider
{
    /// <param name="known">The switch as this process knows it; null = not read yet, so nothing may begin.</param>
    /// <returns>Null where the switch has no say.</returns>
    public static RunDecision? Decide(RunState state, KillSwitchState? known)
    {
        if (state.Head.Sequence == 0 || state.End is not null)
        {
            return null;
        }

        return (known, state.HeldBy) switch
        {
            (null, _) => RunDecision.Wait("the kill switch to be read"),
            ({ IsEngaged: true } stop, null) when stop.Epoch > state.StopEpoch => RunDecision.Append(new KillSwitchEngaged(stop.Epoch, stop.Principal, stop.Comment)),

            // What this process knows is older than what the run's journal says: another planner knows better.
            ({ IsEngaged: true }, null) => RunDecision.Wait("the kill switch to be read again"),
            ({ IsEngaged: false } lifted, { } held) when lifted.Epoch >= held.Epoch => RunDecision.Append(new KillSwitchLifted(held.Epoch, lifted.Principal, lifted.Comment)),
            _ => null,
        };
    }
}
