using System.Collections.Concurrent;
using Agent.Journal;
using Agent.Journal.Runs;

namespace Agent.Planner.Service.Runs;

/// <summary>States of the runs this planner looks at, kept so that a look reads only what is new. One user at a time per run.</summary>
sealed class RunStates(RunJournal journal, TimeProvider time)
{
    static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(10);

    readonly ConcurrentDictionary<Guid, Kept> _kept = new();
    readonly RunJournal _journal = journal;

    /// <summary>Takes the run for one look at it; null if there is no such run.</summary>
    public async Task<RunInHand?> TakeAsync(Guid runId, CancellationToken cancellationToken)
    {
        while (true)
        {
            var kept = _kept.GetOrAdd(runId, static id => new Kept(id));
            await kept.Gate.WaitAsync(cancellationToken);
            if (kept.IsGone)
            {
                // Forgotten while we waited for it.
                kept.Gate.Release();
                continue;
            }

            var inHand = new RunInHand(this, kept);
            try
            {
                await inHand.CatchUpAsync(cancellationToken);
            }
            catch
            {
                inHand.Forget();
                inHand.Dispose();
                throw;
            }

            kept.UsedAt = time.GetTimestamp();
            if (kept.State.Head.Sequence > 0)
            {
                return inHand;
            }

            inHand.Forget();
            inHand.Dispose();
            return null;
        }
    }

    /// <summary>Drops what has not been used for long.</summary>
    public void Trim()
    {
        foreach (var kept in _kept.Values.Where(kept => time.GetElapsedTime(kept.UsedAt) > KeptFor && kept.Gate.Wait(0)))
        {
            Drop(kept);
            kept.Gate.Release();
        }
    }

    void Drop(Kept kept)
    {
        kept.IsGone = true;
        _kept.TryRemove(new(kept.RunId, kept));
    }

    internal sealed class Kept(Guid runId)
    {
        public Guid RunId { get; } = runId;

        public SemaphoreSlim Gate { get; } = new(1, 1);

        public RunState State { get; set; } = new(runId);

        public bool IsGone { get; set; }

        public long UsedAt { get; set; }
    }

    /// <summary>A run while one look at it lasts.</summary>
    internal sealed class RunInHand(RunStates states, Kept kept) : IDisposable
    {
        public RunState State => kept.State;

        /// <exception cref="JournalBrokenException">The journal has another past than the one we knew.</exception>
        public async Task CatchUpAsync(CancellationToken cancellationToken)
        {
            await foreach (var entry in states._journal.ReadAfterAsync(kept.RunId, kept.State.Head, cancellationToken))
            {
                kept.State.Apply(entry);
            }
        }

        /// <summary>Catches up after a refused append. A journal that is shorter than what we knew was restored from an older copy: what we knew is void.</summary>
        public async Task CatchUpAsync(AppendResult.Moved moved, CancellationToken cancellationToken)
        {
            if (moved.Current.Sequence <= kept.State.Head.Sequence)
            {
                kept.State = new RunState(kept.RunId);
            }

            await CatchUpAsync(cancellationToken);
        }

        /// <summary>The next look reads the journal from its first entry, or never comes.</summary>
        public void Forget() => states.Drop(kept);

        public void Dispose() => kept.Gate.Release();
    }
}
