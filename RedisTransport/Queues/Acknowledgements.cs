using Agent.Resp;

namespace Agent.RedisTransport.Queues;

/// <summary>Takes handled messages off a consumer's list, as many at a time as there are.</summary>
sealed class Acknowledgements
{
    const int MostTogether = 256;
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    static readonly RespCommand Multi = RespCommand.Of("MULTI");
    static readonly RespCommand Exec = RespCommand.Of("EXEC");

    readonly BusConnection _bus;
    readonly RespArgument _processing;
    readonly RespArgument _bodies;
    readonly Batches<(Listed Listed, TaskCompletionSource<bool> Done)> _batches;

    public Acknowledgements(BusConnection bus, QueueKeys.Queue keys, string consumer)
    {
        _bus = bus;
        _processing = keys.Processing(consumer);
        _bodies = keys.Bodies;
        _batches = new(MostTogether, SettleAsync);
    }

    /// <summary>True when the message was ours to acknowledge.</summary>
    public Task<bool> AddAsync(Listed listed)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _batches.Add((listed, done));
        return done.Task;
    }

    async Task SettleAsync(List<(Listed Listed, TaskCompletionSource<bool> Done)> batch)
    {
        var repeated = false;
        while (true)
        {
            try
            {
                var removed = await RemoveAsync(batch);
                for (var i = 0; i < batch.Count; i++)
                {
                    // After a broken attempt "not there" may just as well mean that the attempt had got through.
                    batch[i].Done.TrySetResult(repeated || removed[i].AsInt64() > 0);
                }

                return;
            }
            catch (RespConnectionException) when (!_bus.Stopped.IsCancellationRequested)
            {
                // The work is done: giving up now would have it done twice.
                repeated = true;
                await Waiting.PauseAsync(Pause, _bus.Clock, _bus.Stopped);
            }
            catch (Exception error)
            {
                foreach (var (_, done) in batch)
                {
                    done.TrySetException(error);
                }

                return;
            }
        }
    }

    async Task<RespValue[]> RemoveAsync(List<(Listed Listed, TaskCompletionSource<bool> Done)> batch)
    {
        // From the right, where the oldest is.
        var removals = batch.ConvertAll(one => RespCommand.Of("LREM", _processing, -1, one.Listed.Bytes)).ToArray();
        var apart = batch.Where(one => one.Listed.Message is null).Select(one => (RespArgument)one.Listed.Name).ToArray();
        if (apart.Length == 0)
        {
            return Checked(await _bus.Takes.ExecuteOnReaderAsync(removals));
        }

        RespCommand[] commands = [Multi, .. removals, RespCommand.Of("HDEL", [_bodies, .. apart]), Exec];
        var replies = await _bus.Takes.ExecuteOnReaderAsync(commands);
        if (replies[^1].Kind == RespKind.Array)
        {
            return replies[^1].AsArray();
        }

        if (!replies.Any(reply => reply.Kind == RespKind.Error && reply.AsString()!.StartsWith("OOM", StringComparison.Ordinal)))
        {
            Checked(replies);
        }

        // A server without memory queues no transaction, but does remove. In this order, so that a break in between leaves a body too many, never an entry.
        return await _bus.Takes.ExecuteAsync(commands.AsMemory(1, commands.Length - 2));
    }

    static RespValue[] Checked(RespValue[] replies)
    {
        foreach (var reply in replies)
        {
            if (reply.Kind == RespKind.Error)
            {
                throw new RespServerException(reply.AsString()!);
            }
        }

        return replies;
    }
}
