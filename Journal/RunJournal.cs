using System.Runtime.CompilerServices;
using Agent.Contracts;
using Agent.Journal.Index;
using Agent.Journal.Runs;
using Agent.Journal.Storage;
using Agent.Resp;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.Journal;

/// <summary>The append-only, hash-chained event lists of all runs.</summary>
public sealed class RunJournal : IRunLog, IAsyncDisposable
{
    readonly StoredEntries _entries;
    readonly Appender _appender;
    readonly Bells _bells;
    readonly Follower _follower;
    readonly RunFolds _folds;
    readonly RunIndex _index;
    readonly Closings _closings;

    public RunJournal(RespConnection connection, RespSubscriber subscriber, TimeProvider time, ILogger<RunJournal>? logger = null)
    {
        var heads = new KnownHeads();
        _entries = new StoredEntries(connection, heads);
        _appender = new Appender(connection, _entries, heads, time);
        _bells = new Bells(connection, subscriber);
        _follower = new Follower(_entries, _bells, time);
        _folds = new RunFolds(_entries, time);
        _index = new RunIndex(connection, _folds);
        _closings = new Closings(_entries, _index, logger ?? NullLogger<RunJournal>.Instance);
    }

    /// <summary>Appends if the journal still ends at <paramref name="expected"/>; all events or none, one round trip.
    /// With <see cref="JournalHead.Empty"/> the run is created and indexed.</summary>
    /// <exception cref="RespConnectionException">The store is away, and whether the events were written could not be found out: read the journal before appending again.</exception>
    /// <exception cref="InvalidOperationException">The run has ended at <paramref name="expected"/>.</exception>
    public async Task<AppendResult> AppendAsync(Guid runId, JournalHead expected, IReadOnlyList<IRunEvent> events, string actor, CancellationToken cancellationToken = default)
    {
        var result = await _appender.AppendAsync(runId, expected, events, actor, cancellationToken);
        if (result is AppendResult.Appended(var head))
        {
            _bells.Ring(runId, expected.Sequence, head.Sequence);
            if (events[^1] is RunEnded ended)
            {
                _closings.Close(runId, ended.State);
            }
        }

        return result;
    }

    /// <summary>Entries from sequence <paramref name="from"/> (1-based) to the present end. Does not check the chain: <see cref="VerifyAsync"/>.</summary>
    public async IAsyncEnumerable<JournalEntry> ReadAsync(Guid runId, long from = 1, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (await _entries.BeforeAsync(runId, from, cancellationToken) is not { } cursor)
        {
            yield break;
        }

        await foreach (var entry in _entries.ReadAsync(runId, cursor, cancellationToken))
        {
            yield return entry;
        }
    }

    /// <summary>Entries that follow an entry seen before.</summary>
    /// <exception cref="JournalBrokenException">The next entry does not follow <paramref name="seen"/>: the store holds another past.</exception>
    public IAsyncEnumerable<JournalEntry> ReadAfterAsync(Guid runId, JournalHead seen, CancellationToken cancellationToken = default) => _entries.ReadAsync(runId, seen, cancellationToken);

    /// <summary>Entries from <paramref name="from"/> on, then new ones as they come: no gap, no repeat, across reconnects. Ends only by cancellation or after <see cref="RunEnded"/>.</summary>
    public IAsyncEnumerable<JournalEntry> FollowAsync(Guid runId, long from = 1, CancellationToken cancellationToken = default) => _follower.FollowAsync(runId, from, cancellationToken);

    /// <summary>The run as its journal tells it now; null if there is no such run. What this process has folded before is kept, so that only what came since is read; the state returned is the caller's own.</summary>
    public async Task<RunState?> LoadAsync(Guid runId, CancellationToken cancellationToken = default)
    {
        if (await _folds.LookAsync(runId, static state => state.Head.Sequence == 0 ? null : state.Copy(), cancellationToken) is not { } state)
        {
            return null;
        }

        if (state.End is { } end)
        {
            // Whoever ended it may have died before the index heard of it.
            _closings.Close(runId, end.State, state.SubmittedAt);
        }

        return state;
    }

    public Task<JournalHead> HeadAsync(Guid runId, CancellationToken cancellationToken = default) => _entries.HeadAsync(runId, 1, cancellationToken);

    /// <summary>Recomputes the chain from the first entry.</summary>
    public Task<ChainVerdict> VerifyAsync(Guid runId, CancellationToken cancellationToken = default) => ChainCheck.RunAsync(_entries, runId, cancellationToken);

    /// <summary>Newest first. <paramref name="state"/> filters.</summary>
    /// <param name="before">Only runs submitted earlier: the last one of the page before.</param>
    public Task<IReadOnlyList<RunSummary>> ListAsync(RunPhase? state = null, int limit = 50, DateTimeOffset? before = null, CancellationToken cancellationToken = default) =>
        _index.ListAsync(state, limit, before, cancellationToken);

    /// <summary>Runs that have not ended, oldest first; what a planner's sweep walks through. Never misses an accepted run, may name one that has just ended or one whose creation did not come through.</summary>
    public Task<IReadOnlyList<Guid>> OpenRunsAsync(CancellationToken cancellationToken = default) => _index.OpenAsync(cancellationToken);

    /// <summary>Runs submitted at that time or later, oldest first; may name one whose creation is just under way.</summary>
    public Task<IReadOnlyList<Guid>> SubmittedSinceAsync(DateTimeOffset since, CancellationToken cancellationToken = default) => _index.SinceAsync(since, cancellationToken);

    /// <summary>Calls back (quickly, with run and sequence) after appends of any run, by any process. A hint: may be missed.</summary>
    public Task<IAsyncDisposable> OnAppendedAsync(Action<Guid, long> handler, CancellationToken cancellationToken = default) => _bells.HearAllAsync(handler, cancellationToken);

    /// <summary>Waits until everything that follows an append (bell, index) is out.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_bells.Idle, _closings.Idle);
}
