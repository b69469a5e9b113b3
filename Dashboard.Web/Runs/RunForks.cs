using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Runs;

namespace Agent.Dashboard.Web.Runs;

/// <summary>Makes a run out of another's history up to a checkpoint. What stands there is done and is not done again; what comes after is decided anew.</summary>
sealed class RunForks(RunJournal journal, IdempotencyKeys keys, RunHints hints, ILogger<RunForks> logger)
{
    /// <param name="sequence">The last entry to take over; null = all up to the end.</param>
    /// <param name="plan">A plan to go on with; null = the one that holds there.</param>
    /// <param name="by">The second of two commands with the same id comes to the same fork.</param>
    public async Task<ForkOutcome> ForkAsync(Guid runId, long? sequence, Plan? plan, Caller by, CancellationToken cancellationToken)
    {
        var history = new List<JournalEntry>();
        await foreach (var entry in journal.ReadAsync(runId, 1, cancellationToken))
        {
            if (entry.Sequence > sequence || entry.Event is RunEnded or RunCancelRequested)
            {
                break;
            }

            history.Add(entry);
        }

        if (history is not [{ Event: RunSubmitted submitted }, ..])
        {
            return new ForkOutcome.UnknownRun();
        }

        if (sequence is { } wanted && history[^1].Sequence != wanted)
        {
            return new ForkOutcome.Refused($"Entry {wanted} can not be forked from: run {runId} goes on up to entry {history[^1].Sequence} before its end. GET /checkpoints/{runId} lists the checkpoints.");
        }

        var forkId = Guid.CreateVersion7();
        if (by.Request is { } id)
        {
            forkId = (await keys.ClaimAsync(by.Principal, $"fork {id}", "-", forkId, cancellationToken)).RunId;
        }

        var checkpoint = history[^1];
        List<IRunEvent> events =
        [
            submitted with { Principal = by.Principal, IdempotencyKey = null },
            new RunForked(runId, checkpoint.Sequence, checkpoint.Hash, by.Principal),
            .. history.Skip(1).Select(entry => entry.Event),
        ];
        if (plan is not null)
        {
            events.Add(new PlanProposed(plan, by.Principal, "forked with another plan"));
        }

        // One append: a planner must never see half a history and do the rest again.
        await journal.AppendAsync(forkId, JournalHead.Empty, events, RunSubmission.Actor, cancellationToken);
        logger.RunWasForked(runId, forkId, checkpoint.Sequence, by.Principal);
        await hints.PlanAsync(forkId);
        return new ForkOutcome.Forked(forkId, (await journal.LoadAsync(forkId, cancellationToken))?.Phase ?? RunPhase.Queued);
    }
}

/// <summary>Every way a fork can end.</summary>
abstract record ForkOutcome
{
    ForkOutcome()
    {
    }

    public sealed record Forked(Guid RunId, RunPhase State) : ForkOutcome;

    public sealed record UnknownRun : ForkOutcome;

    /// <summary>There is no such place in the history.</summary>
    public sealed record Refused(string Message) : ForkOutcome;
}
