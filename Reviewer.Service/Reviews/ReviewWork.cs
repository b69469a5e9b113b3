using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.Llm;
using Agent.ServiceDefaults;

namespace Agent.Reviewer.Service.Reviews;

/// <summary>One review: take its lease, look whether it is still wanted, review, append the verdict if it still is. A repeat finds the verdict in the journal.</summary>
sealed class ReviewWork(RunJournal journal, Leases leases, ReviewerInstance instance, StopSign sign, ILogger<ReviewWork> logger)
{
    static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(10);

    /// <param name="isWanted">Whether the state still asks for this review.</param>
    /// <param name="stepId">For the record, when the model is away; null for a run's review.</param>
    /// <param name="announce">Tells who waits for it that the verdict stands, up to here.</param>
    public async Task DoAsync(
        Guid runId, string name, string? stepId, Func<RunState, bool> isWanted, Func<RunState, CancellationToken, Task<IReadOnlyList<IRunEvent>>> review, Func<JournalHead, Task> announce, CancellationToken cancellationToken)
    {
        await using var lease = await leases.TryTakeAsync($"review:{runId:N}:{name}", instance.Name, LeaseTime, cancellationToken);
        if (lease is not null && await JudgeAsync(lease, runId, stepId, isWanted, review, cancellationToken) is { } head)
        {
            // The same review is asked for again only after another attempt, or a while after the model was away: nobody waits for this lease.
            var givenBack = lease.DisposeAsync().AsTask();
            await announce(head);
            CrashPoint.Reach("review.announced");
            await givenBack;
        }
    }

    /// <returns>The head after the verdict; null if nothing was appended.</returns>
    async Task<JournalHead?> JudgeAsync(
        Lease lease, Guid runId, string? stepId, Func<RunState, bool> isWanted, Func<RunState, CancellationToken, Task<IReadOnlyList<IRunEvent>>> review, CancellationToken cancellationToken)
    {
        if (sign.IsUp || await journal.LoadAsync(runId, cancellationToken) is not { } state || !MayBeJudged(state) || !isWanted(state))
        {
            return null;
        }

        CrashPoint.Reach("review.leased");
        using var owning = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        using var working = sign.WhileWorking(owning.Cancel);
        IReadOnlyList<IRunEvent> facts;
        try
        {
            facts = await review(state, owning.Token);
        }
        catch (OperationCanceledException) when (sign.IsUp)
        {
            // The planner asks again when the kill switch is lifted.
            return null;
        }
        catch (ModelUnavailableException away)
        {
            // Not the run's fault: it waits; the planner asks again.
            logger.ModelAway(runId, away.Message);
            if (state.Waits.Contains("capacity"))
            {
                return null;
            }

            facts = [new RunWaiting("capacity", away.Message, stepId)];
        }

        CrashPoint.Reach("review.judged");
        while (true)
        {
            switch (await journal.AppendAsync(runId, state.Head, facts, instance.Name, owning.Token))
            {
                case AppendResult.Appended(var head):
                    CrashPoint.Reach("review.appended");
                    Tell(runId, facts[^1]);
                    return head;
                default:
                    if (await journal.LoadAsync(runId, owning.Token) is not { } now || !MayBeJudged(now) || !isWanted(now))
                    {
                        return null;
                    }

                    state = now;
                    break;
            }
        }
    }

    static bool MayBeJudged(RunState state) => state.End is null && state.CancelledBy is null;

    void Tell(Guid runId, IRunEvent last)
    {
        switch (last)
        {
            case StepReviewed reviewed:
                logger.StepJudged(runId, reviewed.StepId, reviewed.Attempt, reviewed.Verdict.ToString());
                break;
            case RunReviewed reviewed:
                logger.RunJudged(runId, reviewed.Verdict.ToString());
                break;
            default:
                break;
        }
    }
}
