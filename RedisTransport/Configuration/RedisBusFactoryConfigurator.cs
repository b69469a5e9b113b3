using Agent.RedisTransport.Scheduling;
using Agent.Resp;
using MassTransit;
using MassTransit.Configuration;

namespace Agent.RedisTransport.Configuration;

sealed class RedisBusFactoryConfigurator : BusFactoryConfigurator, IRedisBusFactoryConfigurator, IBusFactory
{
    readonly RedisBusConfiguration _bus;

    public RedisBusFactoryConfigurator(RedisBusConfiguration bus)
        : base(bus)
    {
        _bus = bus;
        PrefetchCount = bus.HostConfiguration.Options.PrefetchCount;
    }

    public void Host(string connectionString, Action<RedisTransportOptions>? configure = null) => Host(RespOptions.Parse(connectionString), configure);

    public void Host(RespOptions server, Action<RedisTransportOptions>? configure = null)
    {
        _bus.HostConfiguration.Server = server;
        configure?.Invoke(_bus.HostConfiguration.Options);
        PrefetchCount = _bus.HostConfiguration.Options.PrefetchCount;
    }

    public void UseRedisMessageScheduler() => AddPrePipeSpecification(new SchedulerSpecification(_bus.HostConfiguration));

    public IReceiveEndpointConfiguration CreateBusEndpointConfiguration(Action<IReceiveEndpointConfigurator> configure) =>
        _bus.HostConfiguration.CreateReceiveEndpointConfiguration(_bus.RedisTopology.Consume.CreateTemporaryQueueName("bus"), _bus.BusEndpointConfiguration, endpoint =>
        {
            endpoint.Temporary = true;
            configure(endpoint);
        });

    public void ReceiveEndpoint(IEndpointDefinition definition, IEndpointNameFormatter? endpointNameFormatter = null, Action<IRedisReceiveEndpointConfigurator>? configureEndpoint = null) =>
        _bus.HostConfiguration.ReceiveEndpoint(definition, endpointNameFormatter, configureEndpoint);

    public void ReceiveEndpoint(IEndpointDefinition definition, IEndpointNameFormatter? endpointNameFormatter = null, Action<IReceiveEndpointConfigurator>? configureEndpoint = null) =>
        _bus.HostConfiguration.ReceiveEndpoint(definition, endpointNameFormatter, configureEndpoint);

    public void ReceiveEndpoint(string queueName, Action<IRedisReceiveEndpointConfigurator> configureEndpoint) =>
        _bus.HostConfiguration.ReceiveEndpoint(queueName, configureEndpoint);

    public void ReceiveEndpoint(string queueName, Action<IReceiveEndpointConfigurator> configureEndpoint) =>
        _bus.HostConfiguration.ReceiveEndpoint(queueName, configureEndpoint);
}
