using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.Llm;
using Agent.ServiceDefaults;

namespace Agent.Reviewer.Service.Reviews;

/// <summary>One review: look whether it is wanted, under its lease if it is costly, review, append the verdict if it is wanted still. A repeat finds the verdict in the journal.</summary>
sealed class ReviewWork(RunJournal journal, Leases leases, ReviewerInstance instance, StopSign sign, ILogger<ReviewWork> logger)
{
    static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(10);

    public async Task DoAsync(WantedReview review, CancellationToken cancellationToken)
    {
        if (await LookAsync(review, cancellationToken) is not { } state)
        {
            return;
        }

        if (!review.IsCostly(state))
        {
            // Of two that judge at once the journal takes one verdict, and both would be the same.
            await AnnounceAsync(review, await JudgeAsync(review, state, CancellationToken.None, cancellationToken));
            return;
        }

        await using var lease = await leases.TryTakeAsync($"review:{review.RunId:N}:{review.Name}", instance.Name, LeaseTime, cancellationToken);

        // Looked at again: whoever had the lease before may just have given the verdict.
        if (lease is null || await LookAsync(review, cancellationToken) is not { } now)
        {
            return;
        }

        CrashPoint.Reach("review.leased");
        var head = await JudgeAsync(review, now, lease.Lost, cancellationToken);

        // The same review is asked for again only after another attempt, or a while after the model was away: nobody waits for this lease.
        var givenBack = lease.DisposeAsync().AsTask();
        await AnnounceAsync(review, head);
        await givenBack;
    }

    /// <returns>The run as it is now; null if the review is not wanted, or not now.</returns>
    async Task<RunState?> LookAsync(WantedReview review, CancellationToken cancellationToken) =>
        !sign.IsUp && await journal.LoadAsync(review.RunId, cancellationToken) is { } state && IsStillWanted(review, state) ? state : null;

    static bool IsStillWanted(WantedReview review, RunState state) => state is { End: null, CancelledBy: null } && review.IsWanted(state);

    static async Task AnnounceAsync(WantedReview review, JournalHead? head)
    {
        if (head is { } announced)
        {
            await review.AnnounceAsync(announced);
            CrashPoint.Reach("review.announced");
        }
    }

    /// <param name="lost">The review's lease is gone.</param>
    /// <returns>The head after the verdict; null if nothing was appended.</returns>
    async Task<JournalHead?> JudgeAsync(WantedReview review, RunState state, CancellationToken lost, CancellationToken cancellationToken)
    {
        using var owning = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lost);
        using var working = sign.WhileWorking(owning.Cancel);
        IReadOnlyList<IRunEvent> facts;
        try
        {
            facts = await review.JudgeAsync(state, owning.Token);
        }
        catch (OperationCanceledException) when (sign.IsUp)
        {
            // The planner asks again when the kill switch is lifted.
            return null;
        }
        catch (ModelUnavailableException away)
        {
            // Not the run's fault: it waits; the planner asks again.
            logger.ModelAway(review.RunId, away.Message);
            if (state.Waits.Contains("capacity"))
            {
                return null;
            }

            facts = [new RunWaiting("capacity", away.Message, review.StepId)];
        }

        CrashPoint.Reach("review.judged");
        while (true)
        {
            if (await journal.AppendAsync(review.RunId, state.Head, facts, instance.Name, owning.Token) is AppendResult.Appended(var head))
            {
                CrashPoint.Reach("review.appended");
                Tell(review.RunId, facts[^1]);
                return head;
            }

            if (await journal.LoadAsync(review.RunId, owning.Token) is not { } now || !IsStillWanted(review, now))
            {
                return null;
            }

            state = now;
        }
    }

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
