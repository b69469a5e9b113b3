using Agent.RedisTransport.Topology;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Observables;

namespace Agent.RedisTransport.Configuration;

sealed class RedisBusConfiguration : RedisEndpointConfiguration, IBusConfiguration
{
    readonly BusObservable _observers = new();

    public RedisBusConfiguration(RedisTopologyConfiguration topology)
        : base(topology)
    {
        HostConfiguration = new RedisHostConfiguration(this);
        BusEndpointConfiguration = CreateEndpointConfiguration(isBusEndpoint: true);
    }

    public RedisHostConfiguration HostConfiguration { get; }

    public RedisEndpointConfiguration BusEndpointConfiguration { get; }

    IHostConfiguration IBusConfiguration.HostConfiguration => HostConfiguration;

    IEndpointConfiguration IBusConfiguration.BusEndpointConfiguration => BusEndpointConfiguration;

    IBusObserver IBusConfiguration.BusObservers => _observers;

    public ConnectHandle ConnectBusObserver(IBusObserver observer) => _observers.Connect(observer);

    public ConnectHandle ConnectEndpointConfigurationObserver(IEndpointConfigurationObserver observer) =>
        HostConfiguration.ConnectEndpointConfigurationObserver(observer);
}
