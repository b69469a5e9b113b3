using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Budgets;
using Agent.Journal.Runs;
using Agent.Llm;
using Agent.Planner.Service.Runs;
using Agent.Resp;
using Agent.ServiceDefaults;

namespace Agent.Planner.Service.Plans;

/// <summary>Makes the plan a run needs, one planner at a time: the lease saves the others' money, the journal's head keeps the truth.</summary>
sealed class RunPlanning(RunJournal journal, Leases leases, PlanMaking making, PlannerInstance instance, RunRules rules, TimeProvider time, ILogger<RunPlanning> logger)
{
    static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(10);

    public static string LeaseOf(Guid runId) => $"plan:{runId}";

    /// <returns>Whether something was appended.</returns>
    public async Task<bool> PlanAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var lease = await leases.TryTakeAsync(LeaseOf(runId), instance.Name, LeaseTime, cancellationToken);
        if (lease is null)
        {
            return false;
        }

        CrashPoint.Reach("plan.leased");
        using var owning = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        var isChanged = false;
        while (await journal.LoadAsync(runId, owning.Token) is { } state && Need(state) is { } need)
        {
            var (facts, goOn) = await AskAsync(state, need, owning.Token);
            CrashPoint.Reach("plan.made");
            if (facts.Count > 0 && !await AppendAsync(state, facts, owning.Token))
            {
                return true;
            }

            CrashPoint.Reach("plan.appended");

            isChanged |= facts.Count > 0;
            if (!goOn)
            {
                break;
            }
        }

        return isChanged;
    }

    PlanNeed? Need(RunState state) => RunDecider.Decide(state, time.GetUtcNow(), rules.For(state.Workspace)).PlanNeeded;

    async Task<(IReadOnlyList<IRunEvent> Facts, bool GoOn)> AskAsync(RunState state, PlanNeed need, CancellationToken cancellationToken)
    {
        try
        {
            var facts = await making.MakeAsync(state, need, cancellationToken);
            Tell(state.RunId, facts);
            return (facts, facts[^1] is PlanRefused);
        }
        catch (Exception away) when (away is ModelUnavailableException or HttpRequestException or IOException)
        {
            // Not the run's fault: it waits, and the sweep asks again.
            logger.ModelAway(state.RunId, away.Message);
            return (state.Waits.Contains("capacity") ? [] : [new RunWaiting("capacity", away.Message)], false);
        }
        catch (BudgetAskException ask)
        {
            return ([new RunWaiting("budget", ask.Message)], false);
        }
        catch (BudgetExhaustedException exhausted)
        {
            return ([RunEnds.Stopped(state, StopReason.Budget, exhausted.Message, time.GetUtcNow())], false);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or RespConnectionException or RespServerException))
        {
            logger.ModelFailed(failure, state.RunId);
            return ([RunEnds.Failed(state, StopReason.Infrastructure, $"The model failed while it planned: {failure.Message}", time.GetUtcNow())], false);
        }
    }

    /// <summary>Appends if a plan is still wanted for the same reason: an operator may have paused or cancelled meanwhile.</summary>
    /// <returns>False: overtaken; the reply is dropped.</returns>
    async Task<bool> AppendAsync(RunState asked, IReadOnlyList<IRunEvent> facts, CancellationToken cancellationToken)
    {
        var head = asked.Head;
        while (await journal.AppendAsync(asked.RunId, head, facts, instance.Name, cancellationToken) is AppendResult.Moved)
        {
            if (await journal.LoadAsync(asked.RunId, cancellationToken) is not { } now
                || Need(now) is null || now.PlanVersion != asked.PlanVersion || now.PlanRefusals != asked.PlanRefusals)
            {
                return false;
            }

            head = now.Head;
        }

        return true;
    }

    void Tell(Guid runId, IReadOnlyList<IRunEvent> facts)
    {
        switch (facts[^1])
        {
            case PlanAccepted accepted:
                logger.PlanTaken(runId, accepted.Version, accepted.Plan.Steps.Count);
                break;
            case PlanRefused refused:
                logger.PlanWasRefused(runId, refused.Mistakes.Count);
                break;
            default:
                break;
        }
    }
}
