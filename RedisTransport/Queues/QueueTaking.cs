using System.Globalization;
using Agent.Resp;

namespace Agent.RedisTransport.Queues;

/// <summary>Moves entries between a queue and its consumer's list, and reads their messages.</summary>
sealed class QueueTaking(BusConnection bus, QueueKeys.Queue keys, string queue, string consumer)
{
    const int Least = 2;

    readonly string _processing = keys.Processing(consumer);
    readonly RespCommand _take = RespCommand.Of("LMOVE", keys.Ready, keys.Processing(consumer), "RIGHT", "LEFT");

    // How many to ask for: an idle queue is asked for few, a busy one for as many as there is room.
    int _window = Least;
    bool _strays;
    bool _full;

    /// <summary>An answer was lost: entries may be on our list without our knowing.</summary>
    public void LookForStrays() => _strays = true;

    /// <param name="most">How many there is room for.</param>
    public async Task<Taken> TakeAsync(int most, Holdings held)
    {
        if (_strays)
        {
            var strays = await StraysAsync(most, held);
            if (strays.Count > 0)
            {
                return await ReadAsync(strays, more: true);
            }

            _strays = false;
        }

        var count = Math.Min(most, _window);
        var moved = await MoveAsync(count);
        return moved.Count == 0 && !_strays ? Taken.Nothing : await ReadAsync(moved, more: _strays || moved.Count == count);
    }

    public async Task<bool> HoldsAnythingAsync() =>
        (await bus.Commands.ExecuteAsync(RespCommand.Of("LLEN", _processing))).AsInt64() > 0;

    /// <summary>Puts what is on our list, but not held, back where the next receiver finds it first, in its order and uncounted, as nobody saw it.</summary>
    public async Task GiveBackAllButAsync(Holdings held)
    {
        // Before the list is read: what is acknowledged meanwhile may be on it still, and is not to come again.
        var known = held.Names();
        var list = await bus.Commands.ExecuteAsync(RespCommand.Of("LRANGE", _processing, 0, -1));
        var commands = new List<RespCommand>();
        foreach (var listed in Listed.ReadAll(list).Where(listed => !known.Contains(listed.Name)))
        {
            // The newest first, so that the oldest is next again.
            commands.Add(RespCommand.Of("LREM", _processing, -1, listed.Bytes));
            commands.Add(RespCommand.Of("RPUSH", keys.Ready, listed.Bytes));
        }

        if (commands.Count > 0)
        {
            await bus.Commands.TransactionAsync(commands.ToArray());
            await bus.Commands.ExecuteAsync(RespCommand.Of("PUBLISH", keys.Bell, "+"));
        }
    }

    /// <summary>Puts one message back to be delivered later, as its next redelivery; nothing when it is no longer ours.</summary>
    public async Task ReturnAsync(Delivery delivery, DateTimeOffset due)
    {
        var again = Entry.Again(delivery.Entry);
        var lost = false;
        while (!lost && await bus.Commands.WatchAsync([_processing], async reader =>
        {
            lost = (await reader.ExecuteAsync(RespCommand.Of("LPOS", _processing, delivery.Listed.Bytes))).IsNull;
            return lost
                ? null
                :
                [
                    RespCommand.Of("LREM", _processing, -1, delivery.Listed.Bytes),
                    RespCommand.Of("HDEL", keys.Bodies, delivery.Entry),
                    RespCommand.Of("HSET", keys.Bodies, again, delivery.Envelope.Stored),
                    RespCommand.Of("ZADD", keys.Delayed, due.ToUnixTimeMilliseconds(), again),
                ];
        }) is null)
        {
            // The list changes as others of this process finish: again.
            continue;
        }

        await bus.Commands.ExecuteAsync(RespCommand.Of("PUBLISH", keys.Bell, due.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)));
    }

    async Task<List<Listed>> MoveAsync(int count)
    {
        var commands = new RespCommand[count];
        commands.AsSpan().Fill(_take);
        var moved = new List<Listed>(count);
        string? refused = null;
        foreach (var reply in await bus.Takes.ExecuteOnReaderAsync(commands))
        {
            if (reply.Kind == RespKind.Error)
            {
                refused ??= reply.AsString();
            }
            else if (!reply.IsNull)
            {
                moved.Add(Listed.Read(reply.AsBytes()!));
            }
        }

        if (refused is not null && moved.Count == 0)
        {
            await RefusedAsync(refused);
            return [];
        }

        _full = false;
        _window = moved.Count == count ? Math.Min(count * 2, 1024) : Math.Max(Least, moved.Count * 2);
        return moved;
    }

    // A server without memory refuses LMOVE, and so the queue could never be drained; renaming the whole queue to our list is not refused.
    async Task RefusedAsync(string message)
    {
        if (!message.StartsWith("OOM", StringComparison.Ordinal))
        {
            throw new RespServerException(message);
        }

        if (!_full)
        {
            _full = true;
            bus.Logger.OutOfMemory(queue);
        }

        if ((await bus.Commands.ExecuteAsync(RespCommand.Of("EXISTS", keys.Ready))).AsInt64() > 0)
        {
            await bus.Commands.ExecuteAsync(RespCommand.Of("RENAMENX", keys.Ready, _processing));
            _strays = true;
        }
    }

    async Task<List<Listed>> StraysAsync(int most, Holdings held)
    {
        var known = held.Names();
        var list = await bus.Commands.ExecuteAsync(RespCommand.Of("LRANGE", _processing, -(known.Count + most), -1));
        return [.. Listed.ReadAll(list).Reverse().Where(listed => !known.Contains(listed.Name)).Take(most)];
    }

    async Task<Taken> ReadAsync(List<Listed> moved, bool more)
    {
        var apart = moved.FindAll(listed => listed.Message is null);
        var bodies = apart.Count > 0 ? await BodiesAsync(apart) : [];
        var taken = new Taken { More = more };
        var next = 0;
        foreach (var listed in moved)
        {
            taken.Add(listed, listed.Message ?? (bodies[next++].AsBytes() is { } body ? body : null));
        }

        return taken;
    }

    async Task<RespValue[]> BodiesAsync(List<Listed> apart)
    {
        try
        {
            return (await bus.Takes.ExecuteAsync(RespCommand.Of("HMGET", [keys.Bodies, .. apart.Select(listed => (RespArgument)listed.Name)]))).AsArray();
        }
        catch
        {
            _strays = true;
            throw;
        }
    }
}
