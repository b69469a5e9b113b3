using Agent.Contracts;
using Agent.Resp;

namespace Agent.Journal.Storage;

/// <summary>Compare and append. One key per entry, all keys of an append written by one MSETNX: any two appends after the same or an older head meet at the first key,
/// and only one of them finds it free. What an append guarantees: docs/decisions/0003-what-an-append-guarantees.md.</summary>
sealed class Appender(RespConnection connection, StoredEntries entries, KnownHeads heads, TimeProvider time)
{
    /// <summary>How long an append whose reply was lost is looked after before it is given up as unknown.</summary>
    static readonly TimeSpan ResolveWithin = TimeSpan.FromSeconds(10);

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task<AppendResult> AppendAsync(Guid runId, JournalHead expected, IReadOnlyList<IRunEvent> events, string actor, CancellationToken cancellationToken)
    {
        var batch = Batch.Of(runId, expected, events, time.GetUtcNow(), actor);
        var started = time.GetTimestamp();
        var attempt = 0;
        while (true)
        {
            try
            {
                if (await TryAsync(batch, attempt++, cancellationToken) is { } result)
                {
                    return result;
                }
            }
            catch (Exception exception) when (MayPass(exception) && time.GetElapsedTime(started) < ResolveWithin)
            {
                // The write may have been done: the next attempt looks before it writes the same bytes again.
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    /// <summary>Null: not decided, look again.</summary>
    async Task<AppendResult?> TryAsync(Batch batch, int attempt, CancellationToken cancellationToken)
    {
        var pending = 0;
        var before = connection.Generation;
        long? generation = null;
        if (attempt == 0 && heads.Find(batch.RunId, connection.Generation) is { } known && known.Head.Sequence >= batch.Expected.Sequence)
        {
            if (known.Head != batch.Expected)
            {
                return await MovedAsync(batch, cancellationToken);
            }

            batch.RefuseIf(known.Ended);
            generation = known.Generation;
        }
        else if (attempt > 0 || batch.Expected.Sequence > 0)
        {
            var view = await LookAsync(batch, cancellationToken);
            if (view.Foreign)
            {
                return await MovedAsync(batch, cancellationToken);
            }

            if (view.Own == batch.Stored.Count)
            {
                return Appended(batch, view.Generation);
            }

            if (view.Generation == 0)
            {
                return null;
            }

            (pending, generation) = (view.Own, view.Generation);
        }

        if (await WriteAsync(batch, pending, generation, cancellationToken))
        {
            return Appended(batch, generation ?? (connection.Generation == before ? before : 0));
        }

        // The first refusal is somebody else's doing; a later one may be our own lost write arriving late.
        return attempt == 0 ? await MovedAsync(batch, cancellationToken) : null;
    }

    /// <summary>What stands where the batch belongs: is the expected entry the one we think, how many of our entries are there, is there a foreign one?</summary>
    async Task<View> LookAsync(Batch batch, CancellationToken cancellationToken)
    {
        var expected = batch.Expected;
        var anchor = expected.Sequence > 0 ? 1 : 0;
        var slice = await entries.FetchAsync(batch.RunId, expected.Sequence + 1 - anchor, batch.Stored.Count + anchor, cancellationToken);
        if (anchor == 1 && (slice.Entries.Count == 0 || EntryCodec.HashOf(slice.Entries[0]) != expected.Hash))
        {
            return new View(0, Foreign: true, slice.Generation);
        }

        if (anchor == 1)
        {
            batch.RefuseIf(EntryCodec.EndsRun(slice.Entries[0]));
        }

        var own = 0;
        while (own + anchor < slice.Entries.Count && slice.Entries[own + anchor].AsSpan().SequenceEqual(batch.Stored[own]))
        {
            own++;
        }

        return new View(own, Foreign: own + anchor < slice.Entries.Count, slice.Generation);
    }

    async Task<bool> WriteAsync(Batch batch, int from, long? generation, CancellationToken cancellationToken)
    {
        var arguments = new RespArgument[(batch.Stored.Count - from) * 2];
        for (var position = from; position < batch.Stored.Count; position++)
        {
            var sequence = batch.Expected.Sequence + 1 + position;
            arguments[(position - from) * 2] = JournalKeys.Entry(batch.RunId, sequence);
            arguments[((position - from) * 2) + 1] = StoredForm.Pack(batch.RunId, sequence, batch.Stored[position]);
        }

        var write = RespCommand.Of("MSETNX", arguments);

        // A new run is in the index before it is in the journal: a sweep over open runs may name one too many, never one too few.
        RespCommand[] commands = batch.Expected.Sequence > 0
            ? [write]
            : [RespCommand.Of("SADD", JournalKeys.Open, batch.Run), RespCommand.Of("ZADD", JournalKeys.Runs, "NX", JournalKeys.Score(batch.At), batch.Run), write];

        var replies = await connection.ExecuteAsync(commands, generation, cancellationToken);
        foreach (var reply in replies)
        {
            if (reply.Kind == RespKind.Error)
            {
                throw new RespServerException(reply.AsString()!);
            }
        }

        return replies[^1].AsInt64() == 1;
    }

    AppendResult.Appended Appended(Batch batch, long generation)
    {
        heads.Note(batch.RunId, generation, batch.Head, batch.EndsRun);
        return new AppendResult.Appended(batch.Head) { At = batch.At };
    }

    async Task<AppendResult> MovedAsync(Batch batch, CancellationToken cancellationToken)
    {
        var head = await entries.HeadAsync(batch.RunId, batch.Expected.Sequence, cancellationToken);
        if (batch.Expected.Sequence == 0 && heads.Find(batch.RunId, connection.Generation) is { Ended: true })
        {
            // The refused creation put an ended run back among the open ones.
            await connection.ExecuteAsync(RespCommand.Of("SREM", JournalKeys.Open, batch.Run), cancellationToken);
        }

        return new AppendResult.Moved(head);
    }

    // A server that reads its append-only file after a restart answers LOADING.
    static bool MayPass(Exception exception) =>
        exception is RespConnectionException || (exception is RespServerException && exception.Message.StartsWith("LOADING", StringComparison.Ordinal));

    readonly record struct View(int Own, bool Foreign, long Generation);
}
