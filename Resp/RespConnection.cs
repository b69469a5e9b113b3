using Agent.Resp.Clusters;

namespace Agent.Resp;

/// <summary>One pipelined connection for many callers. Connects on first use, reconnects with back-off; a command that was written when the connection
/// broke fails with <see cref="RespConnectionException"/> (it may or may not have been done), never silently repeated.</summary>
public sealed class RespConnection : IAsyncDisposable
{
    readonly Lock _gate = new();
    readonly CancellationTokenSource _disposed = new();
    readonly RespWatchPool _watchers;
    RespLink? _link;
    RespCluster? _cluster;
    Task<RespLink>? _connecting;
    long _generation;

    public RespConnection(RespOptions options)
    {
        Options = options;
        _watchers = new RespWatchPool(options, _disposed.Token);
    }

    public RespOptions Options { get; }

    /// <summary>Counts successful connects, from 1; a server can only have lost data between two generations.</summary>
    public long Generation => Volatile.Read(ref _cluster)?.Generation ?? Interlocked.Read(ref _generation);

    /// <summary>True while connected and authenticated; to a cluster: to any of its nodes.</summary>
    public bool IsConnected => Volatile.Read(ref _cluster)?.IsConnected ?? Volatile.Read(ref _link) is { IsOpen: true };

    /// <summary>Raised after each connect, the first included; quick, and not for commands that are waited for.</summary>
    public event EventHandler? Connected;

    /// <summary>Runs one command.</summary>
    /// <exception cref="RespServerException">The server answered with an error.</exception>
    /// <exception cref="RespConnectionException">Not connected in time, broken while waiting, or no reply in time.</exception>
    public ValueTask<RespValue> ExecuteAsync(RespCommand command, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Volatile.Read(ref _link) is { } link && Send(link, command, cancellationToken) is { } reply ? reply.Task : SlowAsync(command, cancellationToken);
    }

    /// <summary>Runs several commands in one write, in order, on one connection; errors come as values. Not atomic.</summary>
    /// <param name="onlyGeneration">If given: fail with <see cref="RespConnectionException"/> unless the connection is still of this generation.</param>
    public ValueTask<RespValue[]> ExecuteAsync(ReadOnlyMemory<RespCommand> commands, long? onlyGeneration = null, CancellationToken cancellationToken = default) =>
        ExecuteAsync(commands, onlyGeneration, hasty: false, cancellationToken);

    /// <summary>The same, possibly without waiting for the server's file.</summary>
    /// <param name="hasty">With <see cref="RespOptions.CommitAof"/>: take the answer before the file has what was written. For what is worth little after the server's death.</param>
    public ValueTask<RespValue[]> ExecuteAsync(ReadOnlyMemory<RespCommand> commands, long? onlyGeneration, bool hasty, CancellationToken cancellationToken = default) =>
        commands.IsEmpty ? ValueTask.FromResult<RespValue[]>([]) : new(SendAsync(commands, atomic: false, hasty, onlyGeneration, cancellationToken));

    /// <summary>The same, for loops that are in a hurry: what awaits it goes on on the thread that reads the replies, and must neither block nor take long there.</summary>
    public ValueTask<RespValue[]> ExecuteOnReaderAsync(ReadOnlyMemory<RespCommand> commands)
    {
        if (!commands.IsEmpty && Volatile.Read(ref _link) is { } link)
        {
            var reply = new BatchReply(commands.Length, onReader: true);
            if (link.TrySend(commands.Span, atomic: false, reply))
            {
                return new(reply.Task);
            }
        }

        return ExecuteAsync(commands);
    }

    /// <summary>Runs commands atomically: MULTI … EXEC in one write. Errors inside come as values.</summary>
    /// <exception cref="RespServerException">The server refused a command of it (Redis: nothing was done; Garnet: the others were).</exception>
    public ValueTask<RespValue[]> TransactionAsync(ReadOnlyMemory<RespCommand> commands, CancellationToken cancellationToken = default) => TransactionAsync(commands, hasty: false, cancellationToken);

    /// <summary>The same, possibly without waiting for the server's file.</summary>
    /// <param name="hasty">With <see cref="RespOptions.CommitAof"/>: take the answer before the file has what was written. For what is worth little after the server's death, or is followed by a write that waits: the file keeps the order.</param>
    public async ValueTask<RespValue[]> TransactionAsync(ReadOnlyMemory<RespCommand> commands, bool hasty, CancellationToken cancellationToken = default)
    {
        if (commands.IsEmpty)
        {
            return [];
        }

        if (await ClusterAsync(cancellationToken) is { } cluster)
        {
            return await cluster.TransactionAsync(commands, hasty, cancellationToken);
        }

        var replies = await SendAsync(commands, atomic: true, hasty, null, cancellationToken);
        return Transactions.Outcome(replies) ?? throw new RespServerException("EXECABORT Transaction discarded by the server.");
    }

    /// <summary>Optimistic transaction on a connection of its own: WATCH the keys, let <paramref name="decide"/> read and choose commands (null = give up), MULTI … EXEC.
    /// Null when a watched key changed or <paramref name="decide"/> gave up.</summary>
    public Task<RespValue[]?> WatchAsync(IReadOnlyList<string> keys, Func<IRespReader, Task<RespCommand[]?>> decide, CancellationToken cancellationToken = default) => WatchAsync(keys, decide, hasty: false, cancellationToken);

    /// <summary>The same, possibly without waiting for the server's file.</summary>
    /// <param name="hasty">With <see cref="RespOptions.CommitAof"/>: take the answer before the file has what was written. For what is worth little after the server's death, or is followed by a write that waits: the file keeps the order.</param>
    public async Task<RespValue[]?> WatchAsync(IReadOnlyList<string> keys, Func<IRespReader, Task<RespCommand[]?>> decide, bool hasty, CancellationToken cancellationToken = default) =>
        await ClusterAsync(cancellationToken) is { } cluster
            ? await cluster.WatchAsync(keys, decide, hasty, cancellationToken)
            : await _watchers.RunAsync(keys, decide, hasty, cancellationToken);

    /// <summary>Connects now, if it is not connected.</summary>
    /// <exception cref="RespConnectionException">Names the setting, the server and the cause.</exception>
    public async Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        if (Volatile.Read(ref _cluster) is null)
        {
            await LinkAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        RespLink? link;
        RespCluster? cluster;
        lock (_gate)
        {
            if (_disposed.IsCancellationRequested)
            {
                return;
            }

            _disposed.Cancel();
            link = _link;
            _link = null;
            cluster = _cluster;
        }

        link?.Dispose();
        await (cluster?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _watchers.DisposeAsync();
    }

    static SingleReply? Send(RespLink link, in RespCommand command, CancellationToken cancellationToken)
    {
        var reply = SingleReply.Rent(cancellationToken);
        if (link.TrySend(command, reply))
        {
            return reply;
        }

        reply.GiveBack();
        return null;
    }

    async ValueTask<RespValue> SlowAsync(RespCommand command, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await ClusterAsync(cancellationToken) is { } cluster)
            {
                return await cluster.ExecuteAsync(command, cancellationToken);
            }

            if (Send(await LinkAsync(cancellationToken), command, cancellationToken) is { } reply)
            {
                return await reply.Task;
            }
        }
    }

    async Task<RespValue[]> SendAsync(ReadOnlyMemory<RespCommand> commands, bool atomic, bool hasty, long? onlyGeneration, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await ClusterAsync(cancellationToken) is { } cluster)
            {
                return await cluster.ExecuteAsync(commands, onlyGeneration, cancellationToken);
            }

            var link = await LinkAsync(cancellationToken);
            if (onlyGeneration is { } wanted && link.Generation != wanted)
            {
                throw new RespConnectionException($"The connection to Redis at {Options} is a new one; nothing was sent.");
            }

            var reply = new BatchReply(commands.Length + (atomic ? 2 : 0));
            if (link.TrySend(commands.Span, atomic, reply, hasty))
            {
                return await reply.Task.WaitAsync(cancellationToken);
            }
        }
    }

    /// <summary>The cluster, if the server is part of one; that is known once it was connected to.</summary>
    async ValueTask<RespCluster?> ClusterAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _link) is null && Volatile.Read(ref _cluster) is null)
        {
            await LinkAsync(cancellationToken);
        }

        return Volatile.Read(ref _cluster);
    }

    ValueTask<RespLink> LinkAsync(CancellationToken cancellationToken)
    {
        Task<RespLink> connecting;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
            if (_link is { IsOpen: true } link)
            {
                return new(link);
            }

            connecting = _connecting ??= Task.Run(OpenAsync, CancellationToken.None);
        }

        return new(connecting.WaitAsync(cancellationToken));
    }

    async Task<RespLink> OpenAsync()
    {
        try
        {
            var generation = Generation + 1;
            RespCluster? cluster = null;
            var link = await RespDialer.DialAsync(
                Options,
                async (stream, limit) =>
                {
                    var greeted = await GreetAsync(stream, Options, generation, limit);
                    cluster = Options.IsClusterNode ? null : await RespCluster.TryJoinAsync(greeted, Options, () => Connected?.Invoke(this, EventArgs.Empty), limit);
                    return greeted;
                },
                _disposed.Token);
            if (cluster is not null)
            {
                // It has connections of its own; this one has said what it was to say.
                link.Dispose();
            }

            lock (_gate)
            {
                if (_disposed.IsCancellationRequested)
                {
                    link.Dispose();
                    throw new ObjectDisposedException(nameof(RespConnection));
                }

                _link = cluster is null ? link : null;
                _cluster ??= cluster;
                _connecting = null;
                Interlocked.Exchange(ref _generation, generation);
            }

            if (cluster is not null)
            {
                return link;
            }

            link.Broken = Reconnect;
            if (!link.IsOpen)
            {
                Reconnect(link);
            }

            Connected?.Invoke(this, EventArgs.Empty);
            return link;
        }
        catch
        {
            lock (_gate)
            {
                _connecting = null;
            }

            throw;
        }
    }

    internal static async Task<RespLink> GreetAsync(Stream stream, RespOptions options, long generation, CancellationToken limit)
    {
        var link = new RespLink(stream, options) { Generation = generation };
        try
        {
            var greeting = RespDialer.Greeting(options, options.Protocol).ToArray();
            var reply = new BatchReply(greeting.Length);
            link.TrySend(greeting, atomic: false, reply);
            foreach (var (value, command) in (await reply.Task.WaitAsync(limit)).Zip(greeting))
            {
                RespDialer.Check(command, value);
            }

            return link;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    // Tried once at once, so that the next command finds a connection; when the server stays away, the next command tries again.
    void Reconnect(RespLink broken)
    {
        lock (_gate)
        {
            if (_disposed.IsCancellationRequested || !ReferenceEquals(_link, broken))
            {
                return;
            }

            _link = null;
            _connecting ??= Task.Run(OpenAsync, CancellationToken.None);
            _ = _connecting.ContinueWith(static failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }
}

/// <summary>Reads inside <c>RespConnection.WatchAsync</c>.</summary>
public interface IRespReader
{
    ValueTask<RespValue> ExecuteAsync(RespCommand command, CancellationToken cancellationToken = default);
}
