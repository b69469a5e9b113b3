using System.Collections.Concurrent;
using Agent.RedisTransport.Queues;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Metadata;
using MassTransit.Topology;

namespace Agent.RedisTransport.Topology;

/// <summary>Which topics a published type goes to: its own and those of every base class and interface that is a message.</summary>
sealed class RedisPublishTopology(IMessageTopology messages) : PublishTopology
{
    readonly ConcurrentDictionary<string, IRedisMessagePublishTopology> _byTopic = new(StringComparer.Ordinal);

    /// <summary>The topics of a message whose own topic is given; a topic no type of this process has stands for itself.</summary>
    public Topics TopicsOf(string topic) => _byTopic.TryGetValue(topic, out var topology) ? topology.Topics : new Topics([topic]);

    protected override IMessagePublishTopologyConfigurator CreateMessageTopology<T>()
    {
        var topology = new RedisMessagePublishTopology<T>(this, messages.GetMessageTopology<T>());
        ImplementedMessageTypeCache<T>.EnumerateImplementedTypes(new Connector(this, topology));
        _byTopic[topology.Topic] = topology;
        OnMessageTopologyCreated(topology);
        return topology;
    }

    sealed class Connector(RedisPublishTopology all, IRedisMessagePublishTopology topology) : IImplementedMessageType
    {
        public void ImplementsMessageType<T>(bool direct)
            where T : class
        {
            if (all.GetMessageTopology<T>() is IRedisMessagePublishTopology implemented)
            {
                topology.Add(implemented);
            }
        }
    }
}

interface IRedisMessagePublishTopology
{
    string Topic { get; }

    bool Exclude { get; }

    Topics Topics { get; }

    void Add(IRedisMessagePublishTopology implemented);
}

sealed class RedisMessagePublishTopology<T> : MessagePublishTopology<T>, IRedisMessagePublishTopology
    where T : class
{
    readonly IMessageTopology<T> _message;
    readonly List<IRedisMessagePublishTopology> _implemented = [];
    Topics? _topics;

    public RedisMessagePublishTopology(IPublishTopology all, IMessageTopology<T> message)
        : base(all) => _message = message;

    public string Topic => _message.EntityName;

    public Topics Topics => _topics ??= new Topics([.. _implemented.Prepend(this).Where(topology => !topology.Exclude).Select(topology => topology.Topic).Distinct(StringComparer.Ordinal)]);

    public void Add(IRedisMessagePublishTopology implemented) => _implemented.Add(implemented);

    public override bool TryGetPublishAddress(Uri baseAddress, out Uri publishAddress)
    {
        publishAddress = RedisAddress.Topic(baseAddress, Topic).ToUri();
        return true;
    }
}
