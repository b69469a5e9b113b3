using System.Collections.Concurrent;
using Agent.Resp;

namespace Agent.RedisTransport.Queues;

/// <summary>Which queues take which topics. Who publishes keeps the answer as long as nobody changed a binding, and asks for the number of changes with each
/// publish: a queue bound before a publish began gets the message, whatever was remembered.</summary>
sealed class Bindings(BusConnection bus)
{
    readonly ConcurrentDictionary<string, Route> _routes = new(StringComparer.Ordinal);

    /// <summary>Binds a queue; after it returned, nothing published is missed.</summary>
    public async Task BindAsync(string queue, bool temporary, IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        if (topics.Count == 0)
        {
            return;
        }

        RespCommand[] commands =
        [
            .. topics.Select(topic => RespCommand.Of("SADD", bus.Keys.Bindings(topic), Member(queue, temporary))),
            RespCommand.Of("SADD", [bus.Keys.Of(queue).Topics, .. topics.Select(topic => (RespArgument)topic)]),
            RespCommand.Of("INCR", bus.Keys.TopologyVersion),
        ];
        Check(await bus.Commands.ExecuteAsync(commands, cancellationToken: cancellationToken));
    }

    /// <summary>Unbinds a queue from all topics.</summary>
    public async Task UnbindAsync(string queue, CancellationToken cancellationToken)
    {
        var topics = (await bus.Commands.ExecuteAsync(RespCommand.Of("SMEMBERS", bus.Keys.Of(queue).Topics), cancellationToken)).AsArray();
        if (topics.Length == 0)
        {
            return;
        }

        RespCommand[] commands =
        [
            .. topics.Select(topic => RespCommand.Of("SREM", bus.Keys.Bindings(topic.AsString()!), Member(queue, false), Member(queue, true))),
            RespCommand.Of("DEL", bus.Keys.Of(queue).Topics),
            RespCommand.Of("INCR", bus.Keys.TopologyVersion),
        ];
        Check(await bus.Commands.ExecuteAsync(commands, cancellationToken: cancellationToken));
    }

    /// <summary>Gives a message to every queue bound to one of the topics, once to each. One transaction per queue; those that failed are repeated by their sender.</summary>
    /// <returns>The queues that took it.</returns>
    public async Task<IReadOnlyCollection<string>> PublishAsync(Topics topics, Outgoing message, CancellationToken cancellationToken)
    {
        _routes.TryGetValue(topics.Key, out var route);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var sends = Deliver(route, message, taken);
            if (sends.Count > 0)
            {
                // Each send asked on its way; when nothing had changed by the last of them, nobody was missed.
                var versions = await Task.WhenAll(sends).WaitAsync(cancellationToken);
                if (versions.All(version => version == route!.Version))
                {
                    return taken;
                }
            }
            else if (route is not null && route.Version == await Patience.RunAsync(bus, () => VersionAsync(cancellationToken), cancellationToken))
            {
                return taken;
            }

            route = await Patience.RunAsync(bus, () => FindAsync(topics, cancellationToken), cancellationToken);
        }
    }

    // A temporary queue is marked where it is bound: what is put into it must not outlive its owner for long.
    static string Member(string queue, bool temporary) => temporary ? $"~{queue}" : queue;

    List<Task<long>> Deliver(Route? route, Outgoing message, HashSet<string> taken)
    {
        var sends = new List<Task<long>>();
        foreach (var queue in route?.Queues ?? [])
        {
            if (taken.Add(queue))
            {
                var temporary = queue.StartsWith('~');
                sends.Add(bus.Sender(temporary ? queue[1..] : queue, temporary).PublishAsync(message));
            }
        }

        return sends;
    }

    async Task<long> VersionAsync(CancellationToken cancellationToken)
    {
        var version = await bus.Commands.ExecuteAsync(RespCommand.Of("GET", bus.Keys.TopologyVersion), cancellationToken);
        return version.IsNull ? 0 : version.AsInt64();
    }

    async Task<Route> FindAsync(Topics topics, CancellationToken cancellationToken)
    {
        // The version first: a binding made between the two is found, and looked for once more by the next publish.
        RespCommand[] commands =
        [
            RespCommand.Of("GET", bus.Keys.TopologyVersion),
            .. topics.Names.Select(topic => RespCommand.Of("SMEMBERS", bus.Keys.Bindings(topic))),
        ];
        var replies = await bus.Commands.ExecuteAsync(commands, cancellationToken: cancellationToken);
        Check(replies);
        var queues = replies.Skip(1).SelectMany(reply => reply.AsArray()).Select(queue => queue.AsString()!).Distinct(StringComparer.Ordinal).ToArray();
        return _routes[topics.Key] = new Route(replies[0].IsNull ? 0 : replies[0].AsInt64(), queues);
    }

    static void Check(RespValue[] replies)
    {
        foreach (var reply in replies)
        {
            if (reply.Kind == RespKind.Error)
            {
                throw new RespServerException(reply.AsString()!);
            }
        }
    }

    sealed record Route(long Version, string[] Queues);
}

/// <summary>The topics one publish goes to: the message's own, and those of what it implements.</summary>
sealed class Topics(IReadOnlyList<string> names)
{
    public IReadOnlyList<string> Names => names;

    public string Key { get; } = string.Join('\n', names);
}
