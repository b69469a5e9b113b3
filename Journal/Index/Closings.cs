using System.Collections.Concurrent;
using Agent.Contracts;
using Agent.Journal.Storage;
using Agent.Resp;
using Microsoft.Extensions.Logging;

namespace Agent.Journal.Index;

/// <summary>Takes ended runs out of the index of open ones, behind the back of whoever ended or loaded them. What fails here is done by the next one who loads the run.</summary>
sealed class Closings(StoredEntries entries, RunIndex index, ILogger logger)
{
    const int Remembered = 10_000;

    readonly ConcurrentDictionary<Guid, Task> _closed = new();

    public Task Idle => Task.WhenAll(_closed.Values);

    public void Close(Guid runId, RunPhase state, DateTimeOffset? submittedAt = null)
    {
        if (_closed.Count >= Remembered)
        {
            _closed.Clear();
        }

        if (!_closed.ContainsKey(runId))
        {
            _closed[runId] = CloseAsync(runId, state, submittedAt);
        }
    }

    async Task CloseAsync(Guid runId, RunPhase state, DateTimeOffset? submittedAt)
    {
        // The caller notes this task first: a failure takes the note back.
        await Task.Yield();
        try
        {
            var at = submittedAt ?? EntryCodec.EnvelopeOf((await entries.FetchAsync(runId, 1, 1, CancellationToken.None)).Entries[0]).At;
            await index.CloseAsync(runId, at, state, CancellationToken.None);
        }
        catch (Exception exception) when (exception is RespConnectionException or RespServerException or JournalFormatException or ObjectDisposedException)
        {
            _closed.TryRemove(runId, out _);
            logger.NotClosed(runId, exception.Message);
        }
    }
}

static partial class ClosingsLog
{
    [LoggerMessage(LogLevel.Warning, "Run {RunId} has ended but is still listed as open: {Reason} It is taken out when it is loaded next")]
    public static partial void NotClosed(this ILogger logger, Guid runId, string reason);
}
