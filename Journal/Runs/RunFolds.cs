using System.Collections.Concurrent;
using Agent.Journal.Storage;

namespace Agent.Journal.Runs;

/// <summary>Runs folded before in this process, each with the head it stands on: who asks again reads only what came since. The head is looked up with each reading,
/// so that a fold never outlives the history it was made from.</summary>
sealed class RunFolds(StoredEntries entries, TimeProvider time)
{
    /// <summary>Entries all folds together stand for; beyond it those go that were not asked for the longest.</summary>
    const long Capacity = 100_000;

    static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(10);

    /// <summary>While there is room, it is not looked who has not been asked for: that takes longer than a reading when there are many.</summary>
    static readonly TimeSpan BetweenTrims = TimeSpan.FromSeconds(10);

    readonly ConcurrentDictionary<Guid, Fold> _folds = new();
    long _total;
    long _trimmedAt = time.GetTimestamp();

    /// <summary>What <paramref name="look"/> sees in the run as it is now. It must not keep the state, nor change it.</summary>
    public async Task<T> LookAsync<T>(Guid runId, Func<RunState, T> look, CancellationToken cancellationToken)
    {
        var fold = _folds.GetOrAdd(runId, static id => new Fold(id));
        await fold.Gate.WaitAsync(cancellationToken);
        try
        {
            var before = fold.Entries;
            await CatchUpAsync(fold, cancellationToken);
            Interlocked.Add(ref _total, fold.Entries - before);
            fold.UsedAt = time.GetTimestamp();
            return look(fold.State);
        }
        catch
        {
            _folds.TryRemove(new(runId, fold));
            throw;
        }
        finally
        {
            fold.Gate.Release();
            Trim(fold);
        }
    }

    async Task CatchUpAsync(Fold fold, CancellationToken cancellationToken)
    {
        if (!await TryCatchUpAsync(fold, cancellationToken))
        {
            // The store was restored to another past, or the run was removed.
            fold.State = new RunState(fold.RunId);
            await TryCatchUpAsync(fold, cancellationToken);
        }
    }

    /// <summary>False when the entry the fold stands on is not there.</summary>
    async Task<bool> TryCatchUpAsync(Fold fold, CancellationToken cancellationToken)
    {
        var state = fold.State;
        var known = state.Head;
        var previous = known.Hash;
        var isKnown = known.Sequence == 0;
        await foreach (var slice in entries.ScanAsync(fold.RunId, Math.Max(1, known.Sequence), cancellationToken))
        {
            foreach (var stored in slice.Entries)
            {
                if (!isKnown)
                {
                    if (EntryCodec.HashOf(stored) != known.Hash)
                    {
                        return false;
                    }

                    isKnown = true;
                    continue;
                }

                var entry = EntryCodec.Decode(stored, previous);
                if (state.Head == known && !EntryCodec.Follows(stored, previous))
                {
                    throw new JournalBrokenException(fold.RunId, known.Sequence + 1);
                }

                previous = entry.Hash;
                state.Apply(entry);
            }
        }

        return isKnown;
    }

    void Trim(Fold used)
    {
        var trimmedAt = Volatile.Read(ref _trimmedAt);
        if (Volatile.Read(ref _total) <= Capacity
            && (time.GetElapsedTime(trimmedAt) < BetweenTrims || Interlocked.CompareExchange(ref _trimmedAt, time.GetTimestamp(), trimmedAt) != trimmedAt))
        {
            return;
        }

        // Counted anew each time, for folds also go when a reading failed.
        var total = _folds.Values.Sum(fold => fold.Entries);
        Interlocked.Exchange(ref _total, total);
        foreach (var fold in _folds.Values.Where(fold => fold != used && fold.IsIdle).OrderBy(fold => fold.UsedAt))
        {
            if (fold.Entries > 0 && total <= Capacity && time.GetElapsedTime(fold.UsedAt) < KeptFor)
            {
                return;
            }

            if (_folds.TryRemove(new(fold.RunId, fold)))
            {
                total -= fold.Entries;
                Interlocked.Add(ref _total, -fold.Entries);
            }
        }
    }

    sealed class Fold(Guid runId)
    {
        RunState _state = new(runId);

        public Guid RunId { get; } = runId;

        public SemaphoreSlim Gate { get; } = new(1, 1);

        public RunState State
        {
            get => _state;
            set => Volatile.Write(ref _state, value);
        }

        public long Entries => Volatile.Read(ref _state).Head.Sequence;

        public bool IsIdle => Gate.CurrentCount > 0;

        public long UsedAt { get; set; }
    }
}
