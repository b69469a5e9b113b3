using System.Runtime.CompilerServices;
using Agent.Contracts;
using Agent.Resp;

namespace Agent.Journal.Storage;

/// <summary>Reads to the end, then on with each bell; by itself every two seconds, because a bell may be missed.</summary>
sealed class Follower(StoredEntries entries, Bells bells, TimeProvider time)
{
    static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    public async IAsyncEnumerable<JournalEntry> FollowAsync(Guid runId, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Listening begins before the first read, or an entry between the two would wait for the poll.
        using var bell = await ListenAsync(runId, cancellationToken);
        JournalHead? cursor = null;
        while (true)
        {
            foreach (var entry in await NextAsync(runId, from, cursor, cancellationToken))
            {
                cursor = entry.Head;
                yield return entry;
                if (entry.Event is RunEnded)
                {
                    yield break;
                }
            }

            await bell.WaitAsync(Poll, cancellationToken);
        }
    }

    /// <summary>What is new after the cursor; nothing while the store is away: the cursor stays, so nothing is skipped or repeated.</summary>
    async Task<List<JournalEntry>> NextAsync(Guid runId, long from, JournalHead? cursor, CancellationToken cancellationToken)
    {
        var found = new List<JournalEntry>();
        try
        {
            if ((cursor ?? await entries.BeforeAsync(runId, from, cancellationToken)) is not { } after)
            {
                return found;
            }

            await foreach (var entry in entries.ReadAsync(runId, after, cancellationToken))
            {
                found.Add(entry);
            }
        }
        catch (Exception exception) when (exception is RespConnectionException or RespServerException)
        {
            // Away, or reading its file after a restart. What was read before is true and is handed on.
        }

        return found;
    }

    async Task<Bells.Listener> ListenAsync(Guid runId, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await bells.ListenAsync(runId, cancellationToken);
            }
            catch (RespConnectionException)
            {
                await Task.Delay(Poll, time, cancellationToken);
            }
        }
    }
}
