using Agent.RedisTransport.Configuration;
using Agent.RedisTransport.Queues;
using Agent.RedisTransport.Topology;

namespace Agent.RedisTransport.Transport;

/// <summary>Where a send goes.</summary>
interface IDestination
{
    string Name { get; }

    /// <summary>Returns the queues that took it, when all did.</summary>
    Task<IReadOnlyCollection<string>> SendAsync(Outgoing message, CancellationToken cancellationToken);
}

sealed class QueueDestination(RedisHostConfiguration host, string queue, bool temporary) : IDestination
{
    readonly string[] _queues = [queue];

    public string Name => queue;

    public async Task<IReadOnlyCollection<string>> SendAsync(Outgoing message, CancellationToken cancellationToken)
    {
        var sent = host.Connection.Sender(queue, temporary).SendAsync(message);
        await (cancellationToken.CanBeCanceled ? sent.WaitAsync(cancellationToken) : sent);
        return _queues;
    }
}

sealed class TopicDestination(RedisHostConfiguration host, string topic) : IDestination
{
    public string Name => topic;

    public Task<IReadOnlyCollection<string>> SendAsync(Outgoing message, CancellationToken cancellationToken) =>
        host.Connection.Bindings.PublishAsync(((RedisTopologyConfiguration)host.BusConfiguration.Topology).Publish.TopicsOf(topic), message, cancellationToken);
}
