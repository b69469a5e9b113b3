using Agent.Resp;

namespace Agent.RedisTransport.Queues;

/// <summary>Moves messages that are due from <c>delayed</c> to <c>ready</c>, in the one transaction that does both. Every receiver of the queue tries; one wins.</summary>
sealed class DelayPump(BusConnection bus, QueueKeys.Queue keys)
{
    const int MostTogether = 100;

    // Unknown at first, and again after each poll: the server knows.
    long _next;
    long _lookedAt;

    /// <summary>Somebody said that a message will be due.</summary>
    public void Expect(long due)
    {
        var known = Interlocked.Read(ref _next);
        while (due < known)
        {
            var seen = Interlocked.CompareExchange(ref _next, due, known);
            if (seen == known)
            {
                return;
            }

            known = seen;
        }
    }

    /// <summary>How long the queue may be left alone.</summary>
    public TimeSpan UntilNext(TimeSpan poll)
    {
        var milliseconds = Interlocked.Read(ref _next) - Now();
        return milliseconds <= 0 ? TimeSpan.FromMilliseconds(1) : milliseconds < poll.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : poll;
    }

    public async Task MoveDueAsync(CancellationToken cancellationToken)
    {
        var dueByNow = Interlocked.Read(ref _next) <= Now();
        if (!dueByNow && bus.Clock.GetElapsedTime(_lookedAt) < bus.Options.Poll / 2)
        {
            return;
        }

        _lookedAt = bus.Clock.GetTimestamp();
        Interlocked.Exchange(ref _next, long.MaxValue);
        try
        {
            while (await FirstAsync(cancellationToken) is { } first)
            {
                if (first > Now())
                {
                    Expect(first);
                    return;
                }

                if (await MoveAsync(cancellationToken) is not null)
                {
                    await bus.Commands.ExecuteAsync(RespCommand.Of("PUBLISH", keys.Bell, "+"), cancellationToken);
                }
            }
        }
        catch
        {
            Expect(0);
            throw;
        }
    }

    long Now() => bus.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    async Task<long?> FirstAsync(CancellationToken cancellationToken)
    {
        var first = (await bus.Commands.ExecuteAsync(RespCommand.Of("ZRANGE", keys.Delayed, 0, 0, "WITHSCORES"), cancellationToken)).AsArray();
        return first.Length < 2 ? null : (long)double.Parse(first[1].AsString()!, System.Globalization.CultureInfo.InvariantCulture);
    }

    // Null from WATCH: another receiver moved them. The caller looks again.
    Task<RespValue[]?> MoveAsync(CancellationToken cancellationToken) =>
        bus.Commands.WatchAsync(
            [keys.Delayed],
            async reader =>
            {
                var due = (await reader.ExecuteAsync(RespCommand.Of("ZRANGEBYSCORE", keys.Delayed, "-inf", Now(), "LIMIT", 0, MostTogether), cancellationToken)).AsArray();
                return due.Length == 0
                    ? null
                    :
                    [
                        RespCommand.Of("ZREM", [keys.Delayed, .. due.Select(entry => (RespArgument)entry.AsBytes()!)]),
                        RespCommand.Of("LPUSH", [keys.Ready, .. due.Select(entry => (RespArgument)entry.AsBytes()!)]),
                    ];
            },
            cancellationToken);
}
