using MassTransit;
using MassTransit.Configuration;

namespace Agent.RedisTransport.Topology;

/// <summary>Which topics an endpoint's queue is bound to.</summary>
sealed class RedisConsumeTopology(IMessageTopology messages) : ConsumeTopology
{
    readonly HashSet<string> _topics = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Topics => _topics;

    public void Bind(string topic) => _topics.Add(topic);

    public void Bind<T>()
        where T : class => ((RedisMessageConsumeTopology<T>)GetMessageTopology<T>()).Bind();

    /// <summary>Binds a type a consumer takes, unless its topology says not to.</summary>
    public void BindConsumed<T>()
        where T : class
    {
        if (GetMessageTopology<T>() is RedisMessageConsumeTopology<T> { ConfigureConsumeTopology: true } topology)
        {
            topology.Bind();
        }
    }

    protected override IMessageConsumeTopologyConfigurator CreateMessageTopology<T>()
    {
        var topology = new RedisMessageConsumeTopology<T>(this, messages.GetMessageTopology<T>());
        OnMessageTopologyCreated(topology);
        return topology;
    }
}

sealed class RedisMessageConsumeTopology<T>(RedisConsumeTopology endpoint, IMessageTopology<T> message) : MessageConsumeTopology<T>
    where T : class
{
    public void Bind()
    {
        if (IsBindableMessageType)
        {
            endpoint.Bind(message.EntityName);
        }
    }
}
