using Agent.RedisTransport.Queues;
using Agent.RedisTransport.Transport;
using Agent.Resp;
using MassTransit;

namespace Agent.RedisTransport;

/// <summary>The operator's view: what is in the queues, failed messages back to where they failed, or away.</summary>
public sealed class QueueInspector(RespConnection redis, TimeProvider clock, string keyPrefix = "bus")
{
    const string ErrorSuffix = "_error";
    const string SkippedSuffix = "_skipped";

    readonly QueueKeys _keys = new(keyPrefix);

    /// <summary>Every durable queue, by name; error and skipped queues only when there is something in them, or nobody has the queue they belong to.</summary>
    public async Task<IReadOnlyList<QueueStatus>> ListAsync(CancellationToken cancellationToken = default)
    {
        var known = (await redis.ExecuteAsync(RespCommand.Of("SMEMBERS", _keys.Queues), cancellationToken)).AsArray();
        var list = new List<QueueStatus>();
        foreach (var name in known.Select(queue => queue.AsString()!).Order(StringComparer.Ordinal))
        {
            list.Add(await QueueReading.StatusAsync(redis, _keys, name, clock, cancellationToken));
        }

        return list;
    }

    /// <summary>One queue; all zero when it does not exist.</summary>
    public Task<QueueStatus> ShowAsync(string queue, CancellationToken cancellationToken = default) =>
        QueueReading.StatusAsync(redis, _keys, queue, clock, cancellationToken);

    /// <summary>The next messages of a queue, in the order they would be delivered. Nothing is taken.</summary>
    public async Task<IReadOnlyList<QueuedMessage>> PeekAsync(string queue, MessageFilter? filter = null, CancellationToken cancellationToken = default)
    {
        var found = new List<QueuedMessage>();
        await foreach (var (message, _, _) in MatchingAsync(queue, filter ?? new MessageFilter(Limit: 10), cancellationToken))
        {
            found.Add(message);
        }

        return found;
    }

    /// <summary>Sends what is in an error (or skipped) queue back to the queue it came from, without the marks of its failure. Each message is in one of both queues
    /// at every moment; when this is interrupted between the two steps, in both.</summary>
    /// <param name="queue">The error queue, or the queue it belongs to.</param>
    /// <param name="target">Where to; null = where each came from.</param>
    public async Task<QueueChange> RequeueAsync(string queue, MessageFilter? filter = null, bool dryRun = false, string? target = null, CancellationToken cancellationToken = default)
    {
        var source = IsFailure(queue) ? queue : queue + ErrorSuffix;
        var moved = new List<QueuedMessage>();
        await foreach (var (message, listed, envelope) in MatchingAsync(source, filter ?? new MessageFilter(), cancellationToken))
        {
            moved.Add(message);
            if (!dryRun)
            {
                await PutBackAsync(target ?? Origin(source, message), message.Entry, envelope, cancellationToken);
                await RemoveAsync(source, listed, cancellationToken);
            }
        }

        return new QueueChange(source, target ?? Origin(source, moved.FirstOrDefault()), dryRun, moved);
    }

    /// <summary>Removes messages that wait in a queue. What is being handled stays.</summary>
    public async Task<QueueChange> PurgeAsync(string queue, MessageFilter? filter = null, bool dryRun = false, CancellationToken cancellationToken = default)
    {
        var removed = new List<QueuedMessage>();
        await foreach (var (message, listed, _) in MatchingAsync(queue, filter ?? new MessageFilter(), cancellationToken))
        {
            removed.Add(message);
            if (!dryRun)
            {
                await RemoveAsync(queue, listed, cancellationToken);
            }
        }

        return new QueueChange(queue, null, dryRun, removed);
    }

    async IAsyncEnumerable<(QueuedMessage Message, Listed Listed, Envelope Envelope)> MatchingAsync(
        string queue, MessageFilter filter, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = filter.Limit ?? int.MaxValue;
        await foreach (var (listed, stored) in WaitingMessages.ReadAsync(redis, _keys.Of(queue), cancellationToken))
        {
            if (left == 0)
            {
                yield break;
            }

            if (Envelope.ReadOrWrap(stored, clock.GetUtcNow()) is var envelope
                && Messages.Read(listed.Name, envelope) is var message
                && Messages.Matches(message, filter, clock.GetUtcNow()))
            {
                left--;
                yield return (message, listed, envelope);
            }
        }
    }

    async Task PutBackAsync(string target, string entry, Envelope envelope, CancellationToken cancellationToken)
    {
        var headers = envelope.Headers.Where(header => !Messages.IsFailureMark(header.Key));
        var clean = envelope.Wrapped ?? Envelope.Create(headers, envelope.Body.Span, envelope.SentAt, expiresAt: null).Stored;
        var batch = new SendBatch(_keys.Of(target), [new Outgoing($"{Entry.Id(entry)}r", clean)], secondsToLive: null);
        batch.Add(batch.Bell);
        batch.Add(RespCommand.Of("SADD", _keys.Queues, target));
        batch.Outcome(await redis.ExecuteAsync(batch.ToCommands(), cancellationToken: cancellationToken));
    }

    async Task RemoveAsync(string queue, Listed listed, CancellationToken cancellationToken)
    {
        // Only whose place was still there: an entry taken for delivery meanwhile needs its body.
        var keys = _keys.Of(queue);
        var removed = await redis.ExecuteAsync(RespCommand.Of("LREM", keys.Ready, -1, listed.Bytes), cancellationToken);
        if (removed.AsInt64() > 0 && listed.Message is null)
        {
            await redis.ExecuteAsync(RespCommand.Of("HDEL", keys.Bodies, listed.Name), cancellationToken);
        }
    }

    static bool IsFailure(string queue) => queue.EndsWith(ErrorSuffix, StringComparison.Ordinal) || queue.EndsWith(SkippedSuffix, StringComparison.Ordinal);

    static string Origin(string source, QueuedMessage? message) =>
        message?.Headers.GetValueOrDefault(TransportHeaders.SourceQueue) as string
        ?? (source.EndsWith(ErrorSuffix, StringComparison.Ordinal) ? source[..^ErrorSuffix.Length] : source[..^SkippedSuffix.Length]);
}
