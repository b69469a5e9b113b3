using Agent.Contracts;
using Agent.Journal.Replaying;
using Agent.Journal.Runs;
using Agent.Planner.Service.Runs;

namespace Agent.Planner.Service.Supervision;

/// <summary>Goes through a recorded run and asks supervision after each entry, with other thresholds, what it would have found. Pure: the run stays what it was, so what comes after the first
/// difference is what happened, not what would have.</summary>
static class Backtest
{
    public static RunFindings Of(RecordedRun run, RunOptions options)
    {
        var state = run.StateAfter(run.TakenOver);
        var recorded = new List<Finding>();
        var would = new List<Finding>();

        // What was found before a fork was made happened in another run.
        List<CriticalStateEntered> entered = [.. state.CriticalStates];
        foreach (var entry in run.Entries.Skip(run.TakenOver))
        {
            if (entry.Event is CriticalStateEntered critical)
            {
                recorded.Add(new Finding(critical, entry.Sequence));
            }

            state.Apply(entry);
            while (MayFind(state, options) && Supervisor.Findings(state, entry.At, options, entered) is [CriticalStateEntered found, ..])
            {
                entered.Add(found);
                would.Add(new Finding(found, entry.Sequence));
            }
        }

        return new RunFindings(run.RunId, state.Goal, recorded, would);
    }

    public static BacktestAnswer Answer(IReadOnlyCollection<RunFindings> runs) => new(
        runs.Count,
        [.. Enum.GetValues<CriticalState>().Select(state => new StateCount(
            state, runs.Sum(run => run.Recorded.Count(Is(state))), runs.Sum(run => run.Would.Count(Is(state))), runs.Sum(run => run.New.Count(Is(state))), runs.Sum(run => run.Gone.Count(Is(state)))))],
        [.. runs.Select(Differences).Where(run => run.Differences.Count > 0)]);

    static RunBacktest Differences(RunFindings run) => new(
        run.RunId, run.Goal,
        [.. run.New.Select(found => (found, Change: "new")).Concat(run.Gone.Select(found => (found, Change: "gone"))).OrderBy(one => one.found.Sequence)
            .Select((one, at) => new StateDifference(one.found.Critical.State, one.found.Critical.StepId, one.found.Critical.Attempt, one.Change, one.found.Sequence, one.found.Critical.Reason, at == 0))]);

    static Func<Finding, bool> Is(CriticalState state) => found => found.Critical.State == state;

    // As the decider has it: an operator, the kill switch, a budget or an end come first.
    static bool MayFind(RunState state, RunOptions options) =>
        state is { End: null, Plan: not null, IsPaused: false, CancelledBy: null, HeldBy: null } && !state.Waits.Contains("budget") && SignOffIsGiven(state) && !StepDecider.IsHalting(state, options);

    static bool SignOffIsGiven(RunState state) => state.SignOff is not { Answer: null };
}

/// <summary>A critical state, and the entry after which it was found.</summary>
sealed record Finding(CriticalStateEntered Critical, long Sequence)
{
    public (CriticalState, string?, int) Occasion => (Critical.State, Critical.StepId, Critical.Attempt);
}

/// <summary>What was found in a run, and what would have been.</summary>
sealed record RunFindings(Guid RunId, string Goal, IReadOnlyList<Finding> Recorded, IReadOnlyList<Finding> Would)
{
    public IEnumerable<Finding> New => Would.ExceptBy(Recorded.Select(found => found.Occasion), found => found.Occasion);

    public IEnumerable<Finding> Gone => Recorded.ExceptBy(Would.Select(found => found.Occasion), found => found.Occasion);
}
