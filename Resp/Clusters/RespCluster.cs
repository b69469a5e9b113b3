using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace Agent.Resp.Clusters;

/// <summary>A Redis cluster behind one <see cref="RespConnection"/>: a connection per node, each command to the node that serves its key, MOVED and ASK followed.
/// A batch over several nodes is sent part by part, in its order; a transaction has all its keys in one slot.</summary>
sealed class RespCluster(RespOptions options, Action connected) : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    readonly ConcurrentDictionary<DnsEndPoint, RespConnection> _nodes = new();
    readonly ClusterMap _map = new();
    readonly SemaphoreSlim _looking = new(1);
    long _changes = 1;

    /// <summary>Grows with each connect to any node and with each slot that changes hands: within one generation no node can have lost what was seen.</summary>
    public long Generation => Interlocked.Read(ref _changes) + _nodes.Values.Sum(node => node.Generation);

    public bool IsConnected => _nodes.Values.Any(node => node.IsConnected);

    /// <summary>Null when the server at the other end is not part of a cluster.</summary>
    public static async Task<RespCluster?> TryJoinAsync(RespLink link, RespOptions options, Action connected, CancellationToken limit)
    {
        var replies = new BatchReply(2);
        link.TrySend([RespCommand.Of("INFO", "cluster"), RespCommand.Of("CLUSTER", "SLOTS")], atomic: false, replies);
        if (await replies.Task.WaitAsync(limit) is not [{ Kind: RespKind.Bytes or RespKind.Text } info, { Kind: RespKind.Array } slots]
            || !info.AsString()!.Contains("cluster_enabled:1", StringComparison.Ordinal))
        {
            return null;
        }

        var cluster = new RespCluster(options, connected);
        cluster.Take(slots, options.Endpoints[0].Host);
        return cluster;
    }

    public async Task<RespValue> ExecuteAsync(RespCommand command, CancellationToken cancellationToken)
    {
        DnsEndPoint? asked = null;
        return await FollowAsync(
            HashSlot.Of(command),
            async node => asked is null ? await node.ExecuteAsync(command, cancellationToken) : await AskAsync(command, asked, cancellationToken),
            to => asked = to,
            cancellationToken);
    }

    public async Task<RespValue[]> ExecuteAsync(ReadOnlyMemory<RespCommand> commands, long? onlyGeneration, CancellationToken cancellationToken)
    {
        var replies = new RespValue[commands.Length];
        for (var from = 0; from < commands.Length;)
        {
            var (node, to) = Part(commands.Span, from);
            if (onlyGeneration is not null)
            {
                await node.ConnectAsync(cancellationToken);
            }

            // Read before the check: a connect in between is refused by the node's own connection.
            var generation = node.Generation;
            if (onlyGeneration is { } wanted && Generation != wanted)
            {
                throw new RespConnectionException($"The connection to the Redis cluster at {options} is a new one; nothing was sent.");
            }

            var part = await Watched(node.ExecuteAsync(commands[from..to], onlyGeneration is null ? null : generation, cancellationToken).AsTask());
            part.CopyTo(replies, from);
            for (var at = from; at < to;)
            {
                var unit = BatchUnit.At(commands.Span, at);
                if (replies.AsSpan(unit.From, unit.End - unit.From).ToArray().Any(IsRedirection))
                {
                    await AgainAsync(unit, commands, replies, cancellationToken);
                }

                at = unit.End;
            }

            from = to;
        }

        return replies;
    }

    public Task<RespValue[]> TransactionAsync(ReadOnlyMemory<RespCommand> commands, bool hasty, CancellationToken cancellationToken) =>
        FollowAsync(OneSlot([.. commands.ToArray().Select(command => ($"{command.Name} {command.Arguments.Span[0]}", HashSlot.Of(command)))]), node => node.TransactionAsync(commands, hasty, cancellationToken).AsTask(), null, cancellationToken);

    public Task<RespValue[]?> WatchAsync(IReadOnlyList<string> keys, Func<IRespReader, Task<RespCommand[]?>> decide, bool hasty, CancellationToken cancellationToken) =>
        FollowAsync(OneSlot([.. keys.Select(key => (key, (int?)HashSlot.Of(key)))]), node => node.WatchAsync(keys, decide, hasty, cancellationToken), null, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Values)
        {
            await node.DisposeAsync();
        }
    }

    /// <summary>Sends, and sends again where the answer points to, for as long as a command may take. Only what was not done is sent again: a refusal for the key's sake.</summary>
    async Task<T> FollowAsync<T>(int? slot, Func<RespConnection, Task<T>> send, Action<DnsEndPoint?>? ask, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var node = await NodeAsync(slot, clock, cancellationToken);
            try
            {
                return await Watched(send(node));
            }
            catch (RespServerException error) when (Redirection.Of(error.Message, node.Options.Endpoints[0].Host) is { } redirection)
            {
                ask?.Invoke(null);
                switch (redirection)
                {
                    case Redirection.Moved moved:
                        Note(_map.Put(moved.Slot, moved.To));
                        _ = LookAsync();
                        break;
                    case Redirection.Ask elsewhere when ask is not null:
                        ask(elsewhere.To);
                        break;
                    default:
                        await Task.Delay(Pause, cancellationToken);
                        break;
                }

                if (clock.Elapsed > options.CommandTimeout)
                {
                    throw new RespConnectionException($"The Redis cluster at {options} does not settle: {error.Message}. `redis-cli --cluster check` says more.", error);
                }
            }
        }
    }

    async Task<RespConnection> NodeAsync(int? slot, Stopwatch clock, CancellationToken cancellationToken)
    {
        while (slot is { } one && _map.Owner(one) is null)
        {
            if (clock.Elapsed > options.CommandTimeout)
            {
                throw new RespConnectionException($"The Redis cluster at {options} has no node for slot {one}. `redis-cli --cluster check` says more.");
            }

            await LookAsync();
            await Task.Delay(Pause, cancellationToken);
        }

        return slot is { } known ? Node(_map.Owner(known)!) : AnyNode();
    }

    /// <summary>A node that can not be reached may have been replaced: the next command is to know.</summary>
    async Task<T> Watched<T>(Task<T> sent)
    {
        try
        {
            return await sent;
        }
        catch (RespConnectionException)
        {
            await LookAsync();
            throw;
        }
    }

    async Task<RespValue> AskAsync(RespCommand command, DnsEndPoint elsewhere, CancellationToken cancellationToken)
    {
        var replies = await Node(elsewhere).ExecuteAsync(new[] { RespCommand.Of("ASKING"), command }, cancellationToken: cancellationToken);
        return replies[1].Kind == RespKind.Error ? throw new RespServerException(replies[1].AsString()!) : replies[1];
    }

    /// <summary>What of a batch was refused for its key's sake, and so not done (a transaction: nothing of it); in a batch errors are values.</summary>
    async Task AgainAsync(BatchUnit unit, ReadOnlyMemory<RespCommand> commands, RespValue[] replies, CancellationToken cancellationToken)
    {
        try
        {
            if (unit.IsTransaction)
            {
                var results = await TransactionAsync(commands[(unit.From + 1)..(unit.End - 1)], hasty: false, cancellationToken);
                replies.AsSpan(unit.From, unit.End - unit.From).Fill(RespValue.Text("QUEUED"));
                replies[unit.End - 1] = RespValue.Array(results);
            }
            else
            {
                replies[unit.From] = await ExecuteAsync(commands.Span[unit.From], cancellationToken);
            }
        }
        catch (RespServerException error)
        {
            replies[unit.End - 1] = RespValue.Error(error.Message);
        }
    }

    static bool IsRedirection(RespValue reply) => reply.Kind == RespKind.Error && Redirection.Of(reply.AsString()!, "") is not null;

    /// <summary>Asks the nodes, one after another, until one says who serves what. One look at a time; who comes meanwhile waits for it.</summary>
    async Task LookAsync()
    {
        var before = Interlocked.Read(ref _changes);
        await _looking.WaitAsync();
        try
        {
            foreach (var node in Interlocked.Read(ref _changes) == before ? _nodes.Values.Concat(options.Endpoints.Select(Node)).Distinct().OrderByDescending(node => node.IsConnected).ToList() : [])
            {
                if (await SlotsAsync(node) is { } slots)
                {
                    Take(slots, node.Options.Endpoints[0].Host);
                    return;
                }
            }
        }
        finally
        {
            _looking.Release();
        }
    }

    static async Task<RespValue?> SlotsAsync(RespConnection node)
    {
        try
        {
            return await node.ExecuteAsync(RespCommand.Of("CLUSTER", "SLOTS"));
        }
        catch (Exception error) when (error is RespConnectionException or RespServerException or ObjectDisposedException)
        {
            return null;
        }
    }

    void Take(RespValue slots, string host) => Note(_map.Take(slots, host));

    void Note(bool changed)
    {
        if (changed)
        {
            Interlocked.Increment(ref _changes);
        }
    }

    int? OneSlot(IReadOnlyList<(string Text, int? Slot)> parts)
    {
        var keyed = parts.Where(part => part.Slot is not null).ToList();
        return keyed.Select(part => part.Slot).Distinct().Count() <= 1
            ? keyed.FirstOrDefault().Slot
            : throw new RespServerException($"CROSSSLOT The server at {options} is a cluster, and a transaction there has all its keys in one slot: {string.Join(", ", keyed.Select(part => $"{part.Text} (slot {part.Slot})"))}. Give the keys a common {{tag}}.");
    }

    /// <summary>The node of a batch's next part, and where the part ends. What names no key goes with what stands before it.</summary>
    (RespConnection Node, int End) Part(ReadOnlySpan<RespCommand> commands, int from)
    {
        DnsEndPoint? owner = null;
        var end = from;
        while (end < commands.Length)
        {
            var unit = BatchUnit.At(commands, end);
            var next = unit.Slot is { } slot ? _map.Owner(slot) : null;
            if (next is not null && owner is not null && !next.Equals(owner))
            {
                break;
            }

            owner ??= next;
            end = unit.End;
        }

        return (owner is null ? AnyNode() : Node(owner), end);
    }

    RespConnection AnyNode() => _nodes.Values.FirstOrDefault(node => node.IsConnected) ?? Node(options.Endpoints[0]);

    RespConnection Node(DnsEndPoint endpoint) => _nodes.TryGetValue(endpoint, out var node) ? node : _nodes.GetOrAdd(endpoint, Add);

    RespConnection Add(DnsEndPoint endpoint)
    {
        var node = new RespConnection(options with { Endpoints = [endpoint], IsClusterNode = true });
        node.Connected += (_, _) => connected();
        return node;
    }
}
