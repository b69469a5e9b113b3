using Agent.RedisTransport.Topology;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Transports;

namespace Agent.RedisTransport.Configuration;

sealed class RedisRegistrationBusFactory : TransportRegistrationBusFactory<IRedisReceiveEndpointConfigurator>
{
    readonly RedisBusConfiguration _bus;
    readonly Action<IBusRegistrationContext, IRedisBusFactoryConfigurator>? _configure;

    public RedisRegistrationBusFactory(Action<IBusRegistrationContext, IRedisBusFactoryConfigurator>? configure)
        : this(new RedisBusConfiguration(new RedisTopologyConfiguration()), configure)
    {
    }

    RedisRegistrationBusFactory(RedisBusConfiguration bus, Action<IBusRegistrationContext, IRedisBusFactoryConfigurator>? configure)
        : base(bus.HostConfiguration)
    {
        _bus = bus;
        _configure = configure;
    }

    public override IBusInstance CreateBus(IBusRegistrationContext context, IEnumerable<IBusInstanceSpecification> specifications, string busName) =>
        CreateBus(new RedisBusFactoryConfigurator(_bus), context, _configure, specifications);
}
