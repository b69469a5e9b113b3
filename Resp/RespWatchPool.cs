using System.Collections.Concurrent;

namespace Agent.Resp;

/// <summary>Connections for optimistic transactions. WATCH belongs to a connection, so each is used by one at a time.</summary>
sealed class RespWatchPool(RespOptions options, CancellationToken disposed) : IAsyncDisposable
{
    readonly SemaphoreSlim _places = new(options.WatchConnections);
    readonly ConcurrentStack<RespLink> _idle = new();

    public async Task<RespValue[]?> RunAsync(IReadOnlyList<string> keys, Func<IRespReader, Task<RespCommand[]?>> decide, bool hasty, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            var link = await TakeAsync(cancellationToken);
            var clean = false;
            try
            {
                var results = await RunAsync(link, keys, decide, hasty, cancellationToken);
                clean = true;
                return results;
            }
            finally
            {
                // After a failure it may still watch something: away with it.
                if (clean && link.IsOpen && !disposed.IsCancellationRequested)
                {
                    _idle.Push(link);
                }
                else
                {
                    link.Dispose();
                }
            }
        }
        finally
        {
            _places.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        while (_idle.TryPop(out var link))
        {
            link.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    static async Task<RespValue[]?> RunAsync(RespLink link, IReadOnlyList<string> keys, Func<IRespReader, Task<RespCommand[]?>> decide, bool hasty, CancellationToken cancellationToken)
    {
        // Not waited for: it travels with the first read, and the server keeps the order.
        var watch = Single(link, RespCommand.Of("WATCH", [.. keys.Select(key => (RespArgument)key)]), default).AsTask();
        RespCommand[]? commands;
        try
        {
            commands = await decide(new Reader(link));
        }
        catch
        {
            await watch.ContinueWith(static done => done.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }

        await watch;
        if (commands is not { Length: > 0 })
        {
            await Single(link, RespCommand.Of("UNWATCH"), cancellationToken);
            return null;
        }

        var reply = new BatchReply(commands.Length + 2);
        if (!link.TrySend(commands, atomic: true, reply, hasty))
        {
            throw Closed(link);
        }

        return Transactions.Outcome(await reply.Task.WaitAsync(cancellationToken));
    }

    static ValueTask<RespValue> Single(RespLink link, RespCommand command, CancellationToken cancellationToken)
    {
        var reply = SingleReply.Rent(cancellationToken);
        return link.TrySend(command, reply) ? reply.Task : throw Closed(link);
    }

    static RespConnectionException Closed(RespLink link) => link.Closed();

    async Task<RespLink> TakeAsync(CancellationToken cancellationToken)
    {
        while (_idle.TryPop(out var idle))
        {
            if (idle.IsOpen)
            {
                return idle;
            }

            idle.Dispose();
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, disposed);
        return await RespDialer.DialAsync(options, (stream, token) => RespConnection.GreetAsync(stream, options, 0, token), limit.Token);
    }

    sealed class Reader(RespLink link) : IRespReader
    {
        public ValueTask<RespValue> ExecuteAsync(RespCommand command, CancellationToken cancellationToken = default) => Single(link, command, cancellationToken);
    }
}
