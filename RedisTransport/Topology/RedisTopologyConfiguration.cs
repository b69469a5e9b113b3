using MassTransit;
using MassTransit.Configuration;
using MassTransit.Topology;

namespace Agent.RedisTransport.Topology;

/// <summary>Names, sending, publishing and consuming; an endpoint shares all but the last with its bus.</summary>
sealed class RedisTopologyConfiguration : ITopologyConfiguration
{
    readonly IMessageTopologyConfigurator _messages;
    readonly ISendTopologyConfigurator _send;

    public RedisTopologyConfiguration()
    {
        _messages = new MessageTopology(new MessageUrnEntityNameFormatter());
        _send = new SendTopology();
        _send.ConnectSendTopologyConfigurationObserver(new DelegateSendTopologyConfigurationObserver(GlobalTopology.Send));
        Publish = new RedisPublishTopology(_messages);
        Publish.ConnectPublishTopologyConfigurationObserver(new DelegatePublishTopologyConfigurationObserver(GlobalTopology.Publish));
        Publish.ConnectPublishTopologyConfigurationObserver(new PublishToSendTopologyConfigurationObserver(_send));
        Consume = new RedisConsumeTopology(_messages);
    }

    RedisTopologyConfiguration(RedisTopologyConfiguration bus)
    {
        _messages = bus._messages;
        _send = bus._send;
        Publish = bus.Publish;
        Consume = new RedisConsumeTopology(_messages);
    }

    public RedisPublishTopology Publish { get; }

    public RedisConsumeTopology Consume { get; }

    IMessageTopologyConfigurator ITopologyConfiguration.Message => _messages;

    ISendTopologyConfigurator ITopologyConfiguration.Send => _send;

    IPublishTopologyConfigurator ITopologyConfiguration.Publish => Publish;

    IConsumeTopologyConfigurator ITopologyConfiguration.Consume => Consume;

    public ISendTopology Send => _send;

    public RedisTopologyConfiguration ForEndpoint() => new(this);

    public IEnumerable<ValidationResult> Validate() => _send.Validate().Concat(Publish.Validate()).Concat(Consume.Validate());
}
