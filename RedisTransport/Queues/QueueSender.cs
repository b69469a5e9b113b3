using Agent.Resp;

namespace Agent.RedisTransport.Queues;

/// <summary>Puts messages into one queue, as many at a time as there are.</summary>
sealed class QueueSender
{
    const int MostTogether = 128;

    // How far back a repeated send looks for what an attempt may have brought: the newest are at the left end.
    const int MostLookedAt = 4096;

    readonly BusConnection _bus;
    readonly string _queue;
    readonly bool _temporary;
    readonly QueueKeys.Queue _keys;
    readonly Batches<Pending> _batches;
    bool _registered;

    // The queue was empty when we last put something in: its consumers wait for the bell, so it is rung in the same write.
    bool _quiet = true;

    public QueueSender(BusConnection bus, string queue, bool temporary)
    {
        (_bus, _queue, _temporary) = (bus, queue, temporary);
        _keys = bus.Keys.Of(queue);
        _batches = new Batches<Pending>(MostTogether, PutAsync);
    }

    /// <summary>Returns when the server has it.</summary>
    public Task SendAsync(Outgoing message) => AddAsync(new Pending(message, AsksVersion: false));

    /// <summary>The same, and returns how many changes of bindings there had been when it was sent.</summary>
    public Task<long> PublishAsync(Outgoing message) => AddAsync(new Pending(message, AsksVersion: true));

    Task<long> AddAsync(Pending pending)
    {
        _batches.Add(pending);
        return pending.Done.Task;
    }

    async Task PutAsync(List<Pending> batch)
    {
        try
        {
            // When tried again, the same ids: what did arrive the first time is not sent again.
            var attempts = 0;
            var version = await Patience.RunAsync(_bus, async () => await PutOnceAsync(attempts++ == 0 ? batch : await MissingAsync(batch), batch.Exists(pending => pending.AsksVersion)), CancellationToken.None);
            foreach (var pending in batch)
            {
                pending.Done.TrySetResult(version);
            }
        }
        catch (Exception error)
        {
            foreach (var pending in batch)
            {
                pending.Done.TrySetException(error);
            }
        }
    }

    /// <summary>What a broken attempt did not bring into the queue; what it did and was handled since can not be told from it, and is sent twice.</summary>
    async Task<List<Pending>> MissingAsync(List<Pending> batch)
    {
        var consumers = (await _bus.Commands.ExecuteAsync(RespCommand.Of("SMEMBERS", _keys.Consumers))).AsArray();
        string[] lists = [_keys.Ready, .. consumers.Select(consumer => _keys.Processing(consumer.AsString()!))];
        var missing = new List<Pending>();
        foreach (var pending in batch)
        {
            RespCommand[] questions = pending.Message.Apart
                ? [RespCommand.Of("HGET", _keys.Bodies, pending.Message.Id)]
                : [.. lists.Select(list => RespCommand.Of("LPOS", list, pending.Message.Listed.Bytes, "MAXLEN", MostLookedAt))];
            if ((await _bus.Commands.ExecuteAsync(questions)).All(answer => answer.IsNull))
            {
                missing.Add(pending);
            }
        }

        return missing;
    }

    async Task<long> PutOnceAsync(List<Pending> pending, bool asksVersion)
    {
        if (pending.Count == 0)
        {
            // It had all arrived; whoever asked for the version looks again.
            return -1;
        }

        var batch = new SendBatch(_keys, pending.ConvertAll(one => one.Message), _temporary ? SecondsToLive : null);
        if (asksVersion)
        {
            batch.AskVersion(_bus.Keys.TopologyVersion);
        }

        if (!_registered && !_temporary)
        {
            batch.Add(RespCommand.Of("SADD", _bus.Keys.Queues, _queue));
        }

        var rung = _quiet || batch.FirstDue is not null;
        if (rung)
        {
            batch.Add(batch.Bell);
        }

        var (version, length) = batch.Outcome(await _bus.Commands.ExecuteOnReaderAsync(batch.ToCommands()));
        _registered = true;

        // A queue longer than what was just added has consumers at work on it, or none at all; an empty one has consumers that wait.
        var wasEmpty = batch.Ready > 0 && length <= batch.Ready;
        _quiet = wasEmpty || batch.Ready == 0;
        if (wasEmpty && !rung)
        {
            await _bus.Commands.ExecuteAsync(batch.Bell);
        }

        return version;
    }

    // Its owner may be dead: nobody else would ever remove what is put in.
    long SecondsToLive(long? firstDue) =>
        (long)_bus.Options.TemporaryRetention.TotalSeconds + (firstDue is { } due ? Math.Max(0, (due / 1000) - _bus.Clock.GetUtcNow().ToUnixTimeSeconds()) : 0);

    sealed record Pending(Outgoing Message, bool AsksVersion)
    {
        public TaskCompletionSource<long> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
