namespace Agent.Resp;

/// <summary>A connection of its own for pub/sub (RESP2). Re-subscribes after a reconnect.</summary>
public sealed class RespSubscriber(RespOptions options) : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    readonly Lock _gate = new();
    readonly CancellationTokenSource _disposed = new();
    readonly Dictionary<string, Channel> _channels = new(StringComparer.Ordinal);
    SubscriberLink? _link;
    Task? _running;

    public RespOptions Options { get; } = options;

    /// <summary>True while connected.</summary>
    public bool IsConnected => Volatile.Read(ref _link) is not null;

    /// <summary>Subscribes; returns when the server confirmed. Handlers must be quick: they run on the read loop.
    /// After a reconnect the handler is called once with an empty payload, because messages may have been missed. Dispose to unsubscribe.</summary>
    public async Task<IAsyncDisposable> SubscribeAsync(string channel, Action<ReadOnlyMemory<byte>> handler, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        Channel entry;
        SubscriberLink? link = null;
        var subscription = new Subscription(this, channel, handler);
        lock (_gate)
        {
            if (!_channels.TryGetValue(channel, out entry!))
            {
                _channels[channel] = entry = new Channel();
                link = _link;
            }

            entry.Handlers = [.. entry.Handlers, handler];
            _running ??= Task.Run(RunAsync, CancellationToken.None);
        }

        try
        {
            if (link is not null)
            {
                await link.SendAsync(RespCommand.Of("SUBSCRIBE", channel));
            }

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
            limit.CancelAfter(Options.ConnectTimeout + Options.CommandTimeout);
            await entry.Confirmed.Task.WaitAsync(limit.Token);
            return subscription;
        }
        catch (Exception error)
        {
            await subscription.DisposeAsync();
            if (error is OperationCanceledException && !cancellationToken.IsCancellationRequested && !_disposed.IsCancellationRequested)
            {
                throw LastFailure ?? new RespConnectionException($"Redis at {Options} did not confirm the subscription in time.");
            }

            throw;
        }
    }

    RespConnectionException? LastFailure { get; set; }

    public async ValueTask DisposeAsync()
    {
        Task? running;
        lock (_gate)
        {
            if (_disposed.IsCancellationRequested)
            {
                return;
            }

            _disposed.Cancel();
            running = _running;
        }

        if (running is not null)
        {
            await running;
        }
    }

    async Task RunAsync()
    {
        var reconnected = false;
        while (!_disposed.IsCancellationRequested)
        {
            try
            {
                await using var link = await RespDialer.DialAsync(Options, (stream, limit) => SubscriberLink.GreetAsync(stream, Options, limit), _disposed.Token);
                await FollowAsync(link, reconnected);
            }
            catch (Exception) when (_disposed.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                LastFailure = error as RespConnectionException ?? new RespConnectionException($"The subscription at Redis {Options} broke: {error.Message}", error);
            }
            finally
            {
                Volatile.Write(ref _link, null);
            }

            reconnected = true;
            await Task.Delay(Pause, _disposed.Token).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    async Task FollowAsync(SubscriberLink link, bool reconnected)
    {
        string[] channels;
        lock (_gate)
        {
            // From here on whoever subscribes tells the link itself.
            Volatile.Write(ref _link, link);
            channels = [.. _channels.Keys];
        }

        if (channels.Length > 0)
        {
            await link.SendAsync(RespCommand.Of("SUBSCRIBE", [.. channels.Select(channel => (RespArgument)channel)]));
        }

        var missed = reconnected ? new HashSet<string>(channels, StringComparer.Ordinal) : [];
        await link.FollowAsync(message => Tell(message, missed), _disposed.Token);
    }

    void Tell(RespValue[] message, HashSet<string> missed)
    {
        if (message.Length < 3 || message[1].AsString() is not { } name || Find(name) is not { } channel)
        {
            return;
        }

        switch (message[0].AsString())
        {
            case "subscribe":
                channel.Confirmed.TrySetResult();
                if (missed.Remove(name))
                {
                    channel.Tell(ReadOnlyMemory<byte>.Empty);
                }

                break;
            case "message":
                channel.Tell(message[2].AsBytes());
                break;
        }
    }

    Channel? Find(string name)
    {
        lock (_gate)
        {
            return _channels.GetValueOrDefault(name);
        }
    }

    async ValueTask RemoveAsync(string name, Action<ReadOnlyMemory<byte>> handler)
    {
        SubscriberLink? link;
        lock (_gate)
        {
            if (!_channels.TryGetValue(name, out var channel))
            {
                return;
            }

            var handlers = channel.Handlers.ToList();
            handlers.Remove(handler);
            channel.Handlers = [.. handlers];
            if (handlers.Count > 0)
            {
                return;
            }

            _channels.Remove(name);
            link = _link;
        }

        if (link is not null)
        {
            await link.TrySendAsync(RespCommand.Of("UNSUBSCRIBE", name));
        }
    }

    sealed class Channel
    {
        public Action<ReadOnlyMemory<byte>>[] Handlers { get; set; } = [];

        public TaskCompletionSource Confirmed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Tell(ReadOnlyMemory<byte> payload)
        {
            foreach (var handler in Handlers)
            {
                handler(payload);
            }
        }
    }

    sealed class Subscription(RespSubscriber subscriber, string channel, Action<ReadOnlyMemory<byte>> handler) : IAsyncDisposable
    {
        int _disposed;

        public ValueTask DisposeAsync() =>
            Interlocked.Exchange(ref _disposed, 1) == 0 ? subscriber.RemoveAsync(channel, handler) : ValueTask.CompletedTask;
    }
}
