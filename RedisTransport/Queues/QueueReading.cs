using Agent.Resp;

namespace Agent.RedisTransport.Queues;

/// <summary>Reads how a queue is, without changing it.</summary>
static class QueueReading
{
    public static async Task<QueueStatus> StatusAsync(RespConnection redis, QueueKeys keys, string queue, TimeProvider clock, CancellationToken cancellationToken)
    {
        var names = keys.Of(queue);
        var consumers = (await redis.ExecuteAsync(RespCommand.Of("SMEMBERS", names.Consumers), cancellationToken)).AsArray();

        // In the order messages go, and what waits once more at the end: one that is given back meanwhile is counted twice rather than not at all.
        RespCommand[] questions =
        [
            RespCommand.Of("LINDEX", names.Ready, -1),
            RespCommand.Of("LLEN", keys.Of($"{queue}_error").Ready),
            RespCommand.Of("LLEN", names.Ready),
            .. consumers.Select(consumer => RespCommand.Of("LLEN", names.Processing(consumer.AsString()!))),
            RespCommand.Of("ZCARD", names.Delayed),
            RespCommand.Of("LLEN", names.Ready),
        ];
        var replies = await redis.ExecuteAsync(questions, cancellationToken: cancellationToken);
        TimeSpan? age = null;
        if (replies[0].AsBytes() is { } next && await MessageAsync(redis, names, Listed.Read(next), cancellationToken) is { } stored)
        {
            // What can not be read counts as new, and must not hide the state of its queue.
            age = clock.GetUtcNow() - Envelope.ReadOrWrap(stored, clock.GetUtcNow()).SentAt;
        }

        return new QueueStatus(
            queue,
            Ready: Math.Max(replies[2].AsInt64(), replies[^1].AsInt64()),
            Delayed: replies[^2].AsInt64(),
            Leased: replies[3..^2].Sum(reply => reply.AsInt64()),
            Errors: replies[1].AsInt64(),
            age,
            consumers.Length);
    }

    static async Task<ReadOnlyMemory<byte>?> MessageAsync(RespConnection redis, QueueKeys.Queue keys, Listed listed, CancellationToken cancellationToken) =>
        listed.Message ?? ((await redis.ExecuteAsync(RespCommand.Of("HGET", keys.Bodies, listed.Name), cancellationToken)).AsBytes() is { } body ? body : null);
}
