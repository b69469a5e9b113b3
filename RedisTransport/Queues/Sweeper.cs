using System.Collections.Concurrent;
using System.Globalization;
using Agent.Resp;

namespace Agent.RedisTransport.Queues;

/// <summary>Finds consumers whose process is silent and gives what they held to others; removes temporary queues whose owner is gone.</summary>
sealed class Sweeper(BusConnection bus)
{
    const int MostTogether = 64;

    readonly ConcurrentDictionary<string, QueueReceiver> _receivers = new(StringComparer.Ordinal);
    int _numbers;
    long _graceOf;
    long _graceUntil;

    public int NextNumber() => Interlocked.Increment(ref _numbers);

    public void Add(QueueReceiver receiver) => _receivers[receiver.Consumer] = receiver;

    public void Remove(QueueReceiver receiver) => _receivers.TryRemove(receiver.Consumer, out _);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(bus.Options.Sweep, bus.Clock);
        while (await Waiting.TickAsync(timer, cancellationToken))
        {
            try
            {
                await SweepAsync(cancellationToken);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                bus.Logger.SweepFailed(error.Message);
            }
        }
    }

    /// <summary>Removes a temporary queue, its messages and its bindings.</summary>
    public async Task RemoveTemporaryAsync(string queue)
    {
        await bus.Bindings.UnbindAsync(queue, CancellationToken.None);
        var keys = bus.Keys.Of(queue);
        var consumers = (await bus.Commands.ExecuteAsync(RespCommand.Of("SMEMBERS", keys.Consumers))).AsArray();
        await bus.Commands.ExecuteAsync(
            RespCommand.Of("DEL", [keys.Ready, keys.Delayed, keys.Bodies, keys.Consumers, keys.Topics, .. consumers.Select(consumer => (RespArgument)keys.Processing(consumer.AsString()!))]));
    }

    async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (!await IsTrustworthyAsync(cancellationToken))
        {
            return;
        }

        var nodes = await MembersAsync(bus.Keys.Nodes, cancellationToken);
        var places = nodes.Contains(bus.Node) ? await MembersAsync(bus.Keys.Receivers(bus.Node), cancellationToken) : [];
        foreach (var receiver in _receivers.Values.Where(receiver => !places.Contains(receiver.Place)))
        {
            // Somebody took us for dead.
            await receiver.EnterAgainAsync(cancellationToken);
        }

        foreach (var node in await SilentAsync(nodes.Where(node => node != bus.Node).ToArray(), cancellationToken))
        {
            await BuryAsync(node, cancellationToken);
        }
    }

    /// <summary>All receivers of this process are written down, before they take anything: others may have forgotten us.</summary>
    public async Task EnterAgainAsync(CancellationToken cancellationToken)
    {
        foreach (var receiver in _receivers.Values)
        {
            await receiver.EnterAgainAsync(cancellationToken);
        }
    }

    async Task<string[]> MembersAsync(string key, CancellationToken cancellationToken) =>
        [.. (await bus.Commands.ExecuteAsync(RespCommand.Of("SMEMBERS", key), cancellationToken)).AsArray().Select(member => member.AsString()!)];

    /// <summary>Gives what a silent process held to others, and strikes it off. One that turns out to have come back meanwhile is written down again.</summary>
    public async Task BuryAsync(string node, CancellationToken cancellationToken)
    {
        var places = await MembersAsync(bus.Keys.Receivers(node), cancellationToken);
        foreach (var place in places)
        {
            var (queue, consumer) = QueueReceiver.Read(place);
            if (queue.StartsWith('~'))
            {
                await RemoveTemporaryAsync(queue[1..]);
                bus.Logger.TemporaryRemoved(queue[1..], node);
            }
            else if (!await ReapAsync(queue, consumer, cancellationToken))
            {
                return;
            }

            await bus.Commands.ExecuteAsync(RespCommand.Of("SREM", bus.Keys.Receivers(node), place), cancellationToken);
        }

        await bus.Commands.ExecuteAsync(RespCommand.Of("SREM", bus.Keys.Nodes, node), cancellationToken);
        if (!(await SilentAsync([node], cancellationToken)).Any())
        {
            await UnburyAsync(node, places, cancellationToken);
        }
    }

    /// <summary>It came back while it was forgotten, wrote itself down before we removed that, and may hold something by now. Its temporary queues are gone; it finds out that their places are not there.</summary>
    async Task UnburyAsync(string node, string[] places, CancellationToken cancellationToken)
    {
        foreach (var place in places.Where(place => !place.StartsWith('~')))
        {
            var (queue, consumer) = QueueReceiver.Read(place);
            await bus.Commands.ExecuteAsync(
                new[]
                {
                    RespCommand.Of("SADD", bus.Keys.Receivers(node), place),
                    RespCommand.Of("SADD", bus.Keys.Nodes, node),
                    RespCommand.Of("SADD", bus.Keys.Of(queue).Consumers, consumer),
                },
                cancellationToken: cancellationToken);
        }
    }

    async Task<IEnumerable<string>> SilentAsync(string[] nodes, CancellationToken cancellationToken)
    {
        var alive = await bus.Commands.ExecuteAsync(nodes.Select(node => RespCommand.Of("EXISTS", bus.Keys.Alive(node))).ToArray(), cancellationToken: cancellationToken);
        return nodes.Where((_, i) => alive[i].Kind == RespKind.Integer && alive[i].AsInt64() == 0);
    }

    /// <summary>After a restart of the server, or a broken connection, the heartbeats of the living may have run out, too: they get the time to renew them.</summary>
    async Task<bool> IsTrustworthyAsync(CancellationToken cancellationToken)
    {
        var generation = bus.Commands.Generation;
        if (_graceOf != generation)
        {
            var uptime = await UptimeAsync(cancellationToken);
            var grace = bus.Options.Lease - uptime > bus.Options.Heartbeat ? bus.Options.Lease - uptime : bus.Options.Heartbeat;
            _graceUntil = bus.Clock.GetTimestamp() + (long)(grace.TotalSeconds * bus.Clock.TimestampFrequency);
            _graceOf = generation;
        }

        return bus.Clock.GetTimestamp() >= _graceUntil;
    }

    async Task<TimeSpan> UptimeAsync(CancellationToken cancellationToken)
    {
        const string Field = "uptime_in_seconds:";
        var info = (await bus.Commands.ExecuteAsync(RespCommand.Of("INFO", "server"), cancellationToken)).AsString() ?? "";
        var at = info.IndexOf(Field, StringComparison.Ordinal);
        var digits = at < 0 ? "" : string.Concat(info[(at + Field.Length)..].TakeWhile(char.IsAsciiDigit));
        return TimeSpan.FromSeconds(long.TryParse(digits, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0);
    }

    /// <summary>False when it lives after all, or another sweeper was quicker: the next round sees.</summary>
    async Task<bool> ReapAsync(string queue, string consumer, CancellationToken cancellationToken)
    {
        var keys = bus.Keys.Of(queue);
        var processing = keys.Processing(consumer);
        var total = 0;
        var left = true;
        while (left)
        {
            var count = 0;
            var done = await bus.Commands.WatchAsync([processing], async reader =>
            {
                // The oldest are at the right end.
                Listed[] entries = [.. Listed.ReadAll(await reader.ExecuteAsync(RespCommand.Of("LRANGE", processing, -MostTogether, -1), cancellationToken))];
                count = entries.Length;
                left = count == MostTogether;
                if (count == 0)
                {
                    return [RespCommand.Of("SREM", keys.Consumers, consumer)];
                }

                // Of those that carry their message it answers null.
                var bodies = (await reader.ExecuteAsync(RespCommand.Of("HMGET", [keys.Bodies, .. entries.Select(entry => (RespArgument)entry.Name)]), cancellationToken)).AsArray();
                return Again(keys, processing, entries, bodies).Concat(left ? [] : [RespCommand.Of("SREM", keys.Consumers, consumer)]).ToArray();
            }, cancellationToken);
            if (done is null)
            {
                return false;
            }

            total += count;
        }

        if (total > 0)
        {
            bus.Logger.Redelivered(total, queue, consumer);
            bus.Metrics.Redelivered(queue, total);
            await bus.Commands.ExecuteAsync(RespCommand.Of("PUBLISH", keys.Bell, "+"), cancellationToken);
        }

        return true;
    }

    static IEnumerable<RespCommand> Again(QueueKeys.Queue keys, string processing, Listed[] entries, RespValue[] bodies)
    {
        // From the left, the newest, so that the oldest ends up as the next one.
        for (var i = 0; i < entries.Length; i++)
        {
            yield return RespCommand.Of("LREM", processing, -1, entries[i].Bytes);
            var again = Entry.Again(entries[i].Name);
            if (entries[i].Message is { } message)
            {
                yield return RespCommand.Of("RPUSH", keys.Ready, Listed.Of(again, message).Bytes);
            }
            else if (bodies[i].AsBytes() is { } body)
            {
                yield return RespCommand.Of("HDEL", keys.Bodies, entries[i].Name);
                yield return RespCommand.Of("HSET", keys.Bodies, again, body);
                yield return RespCommand.Of("RPUSH", keys.Ready, again);
            }
        }
    }
}
