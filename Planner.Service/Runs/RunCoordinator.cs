using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.ServiceDefaults;

namespace Agent.Planner.Service.Runs;

/// <summary>Brings a run's journal up to date with what follows from it: load, decide, append, again, until nothing more follows. Level-triggered:
/// it does not matter which hint brought us here, nor how often, nor how many planners look at once.</summary>
sealed class RunCoordinator(RunJournal journal, RunStates states, PlannerInstance instance, PlannerMetrics metrics, RunRules rules, RunSlots slots, StopSign sign, TimeProvider time, ILogger<RunCoordinator> logger)
{
    /// <returns>What is owed to others after that; null if there is no such run.</returns>
    public async Task<RunDecision?> AdvanceAsync(Guid runId, CancellationToken cancellationToken)
    {
        using var run = await states.TakeAsync(runId, cancellationToken);
        if (run is null)
        {
            return null;
        }

        var next = new HashSet<Guid>();
        try
        {
            while (true)
            {
                var decision = await DecideAsync(run, cancellationToken);
                next.UnionWith(decision.Next);
                if (decision.Events.Count == 0)
                {
                    if (run.State.End is not null)
                    {
                        run.Forget();
                    }

                    return decision with { Next = [.. next] };
                }

                CrashPoint.Reach("decision.made");
                var isRunning = run.State.BegunSteps.Any(step => step.Phase == StepPhase.Running);
                switch (await journal.AppendAsync(runId, run.State.Head, decision.Events, instance.Name, cancellationToken))
                {
                    case AppendResult.Moved moved:
                        await run.CatchUpAsync(moved, cancellationToken);
                        break;
                    case AppendResult.Appended appended:
                        CrashPoint.Reach("decision.appended");
                        Tell(runId, decision.Events);
                        run.State.Apply(decision.Events, appended, instance.Name);
                        if (run.State.End is { } end && isRunning)
                        {
                            next.UnionWith((await DecideAsync(run, cancellationToken)).Next);
                            run.Forget();
                            return RunDecision.Nothing with { Next = [.. next], Owed = [new OwedMessage(new RunInterrupted(runId, $"the run has ended: {end.StopReason}"))] };
                        }

                        break;
                }
            }
        }
        catch
        {
            // What was written is not known: the next look reads it all again.
            run.Forget();
            throw;
        }
    }

    async Task<RunDecision> DecideAsync(RunStates.RunInHand run, CancellationToken cancellationToken)
    {
        while (true)
        {
            var decision = StopDecider.Decide(run.State, sign.State) ?? CanaryDecider.Decide(run.State, rules.Trial) ?? RunDecider.Decide(run.State, time.GetUtcNow(), rules.For(run.State.Workspace));
            if (await slots.ApplyAsync(run.State, decision, cancellationToken) is { } narrowed)
            {
                return narrowed;
            }

            // Another planner has seen more of this run.
            var before = run.State.Head;
            await run.CatchUpAsync(cancellationToken);
            if (run.State.Head == before)
            {
                return RunDecision.Wait("the journal to be read again");
            }
        }
    }

    void Tell(Guid runId, IReadOnlyList<IRunEvent> events)
    {
        foreach (var runEvent in events)
        {
            metrics.Count(runEvent);
            switch (runEvent)
            {
                case StepDispatched dispatched:
                    logger.StepWasDispatched(runId, dispatched.StepId, dispatched.Attempt);
                    break;
                case CriticalStateEntered critical:
                    logger.CriticalState(runId, critical.StepId, critical.State.ToString(), critical.Protocol, critical.Reason);
                    break;
                case RunEnded ended:
                    logger.RunHasEnded(runId, ended.State.ToString(), ended.StopReason.ToString());
                    break;
                default:
                    break;
            }
        }
    }
}
