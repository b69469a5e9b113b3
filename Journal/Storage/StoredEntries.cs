using System.Globalization;
using System.Runtime.CompilerServices;
using Agent.Resp;

namespace Agent.Journal.Storage;

/// <summary>Reads stored entries by position, and unpacks them.</summary>
sealed class StoredEntries(RespConnection connection, KnownHeads heads)
{
    // Mostly a few entries are new to who reads on; the long way from the first entry is soon in large steps.
    const int SmallestFetch = 8;
    const int LargestFetch = 512;

    /// <summary>The entries present from a position on, up to the first that is missing.</summary>
    public async ValueTask<Slice> FetchAsync(Guid runId, long from, int count, CancellationToken cancellationToken)
    {
        var keys = new RespArgument[count];
        for (var offset = 0; offset < count; offset++)
        {
            keys[offset] = JournalKeys.Entry(runId, from + offset);
        }

        // The same generation before and after the reply is the generation the reply came in.
        var before = connection.Generation;
        var reply = await connection.ExecuteAsync(RespCommand.Of("MGET", keys), cancellationToken);
        var generation = connection.Generation == before ? before : 0;

        var values = reply.AsArray();
        var entries = new List<byte[]>(values.Length);
        foreach (var value in values)
        {
            if (value.AsBytes() is not { } stored)
            {
                break;
            }

            entries.Add(StoredForm.Unpack(runId, from + entries.Count, stored));
        }

        if (entries is [.., var last] && entries.Count < count && EntryCodec.IsEntry(last))
        {
            heads.Note(runId, generation, new JournalHead(from + entries.Count - 1, EntryCodec.HashOf(last)), EntryCodec.EndsRun(last));
        }

        return new Slice(from, entries, generation, Complete: entries.Count < count);
    }

    /// <summary>All entries from a position to the present end, in slices; the next slice is on its way while one is looked at.</summary>
    public async IAsyncEnumerable<Slice> ScanAsync(Guid runId, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var size = SmallestFetch;
        var next = FetchAsync(runId, from, size, cancellationToken).AsTask();
        while (true)
        {
            var slice = await next;
            if (slice.Complete)
            {
                yield return slice;
                yield break;
            }

            from += size;
            size = Math.Min(size * 2, LargestFetch);
            next = FetchAsync(runId, from, size, cancellationToken).AsTask();
            yield return slice;
        }
    }

    /// <summary>The head just before a position; null if the journal does not reach that far.</summary>
    public async ValueTask<JournalHead?> BeforeAsync(Guid runId, long from, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(from);
        if (from == 1)
        {
            return JournalHead.Empty;
        }

        var slice = await FetchAsync(runId, from - 1, 1, cancellationToken);
        return slice.Entries is [var before] ? new JournalHead(from - 1, EntryCodec.HashOf(before)) : null;
    }

    /// <summary>Entries that follow <paramref name="after"/>, read.</summary>
    /// <exception cref="JournalBrokenException">The first of them does not follow it: the store holds another past than the one seen.</exception>
    /// <exception cref="JournalFormatException">One of them can not be read.</exception>
    public async IAsyncEnumerable<JournalEntry> ReadAsync(Guid runId, JournalHead after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var joined = false;
        var previous = after.Hash;
        await foreach (var slice in ScanAsync(runId, after.Sequence + 1, cancellationToken))
        {
            foreach (var stored in slice.Entries)
            {
                var entry = EntryCodec.Decode(stored, previous);
                if (!joined && !EntryCodec.Follows(stored, previous))
                {
                    throw new JournalBrokenException(runId, after.Sequence + 1);
                }

                joined = true;
                previous = entry.Hash;
                yield return entry;
            }
        }
    }

    /// <summary>The present end, found by walking forward from the best position known.</summary>
    public async Task<JournalHead> HeadAsync(Guid runId, long from, CancellationToken cancellationToken)
    {
        var start = Math.Max(1, Math.Max(from, heads.Find(runId, connection.Generation)?.Head.Sequence ?? await HintAsync(runId, cancellationToken)));
        var head = await WalkAsync(runId, start, cancellationToken);

        // Nothing there: the hint outlived what it spoke of (a store without append-only file was restarted).
        return head.Sequence == 0 && start > 1 ? await WalkAsync(runId, 1, cancellationToken) : head;
    }

    async Task<JournalHead> WalkAsync(Guid runId, long from, CancellationToken cancellationToken)
    {
        var head = JournalHead.Empty;
        await foreach (var slice in ScanAsync(runId, from, cancellationToken))
        {
            head = slice.Entries is [.., var last] ? new JournalHead(slice.From + slice.Entries.Count - 1, EntryCodec.HashOf(last)) : head;
        }

        return head;
    }

    async Task<long> HintAsync(Guid runId, CancellationToken cancellationToken) =>
        (await connection.ExecuteAsync(RespCommand.Of("GET", JournalKeys.Hint(runId)), cancellationToken)).AsString() is { } hint ? long.Parse(hint, CultureInfo.InvariantCulture) : 0;
}

/// <summary>Entries from one position on, as <see cref="EntryCodec"/> has them; what the store holds and nobody can unpack stands among them as it is.</summary>
/// <param name="Generation">The connection's, if it is known; 0 if it changed meanwhile.</param>
/// <param name="Complete">The journal ended within the slice.</param>
readonly record struct Slice(long From, IReadOnlyList<byte[]> Entries, long Generation, bool Complete);
