using Agent.RedisTransport.Configuration;
using Agent.RedisTransport.Topology;
using MassTransit;
using MassTransit.Configuration;

namespace Agent.RedisTransport;

/// <summary>A MassTransit bus on Redis or Garnet.</summary>
public static class RedisBus
{
    /// <summary><c>services.AddMassTransit(bus => bus.UsingRedis((context, cfg) => { cfg.Host("127.0.0.1:6379"); cfg.ConfigureEndpoints(context); }))</c></summary>
    public static void UsingRedis(this IBusRegistrationConfigurator configurator, Action<IBusRegistrationContext, IRedisBusFactoryConfigurator>? configure = null) =>
        configurator.SetBusFactory(new RedisRegistrationBusFactory(configure));

    /// <summary>Without a container: <c>Bus.Factory.CreateUsingRedis(cfg => cfg.Host("127.0.0.1:6379"))</c></summary>
    public static IBusControl CreateUsingRedis(this IBusFactorySelector selector, Action<IRedisBusFactoryConfigurator> configure)
    {
        var bus = new RedisBusConfiguration(new RedisTopologyConfiguration());
        var configurator = new RedisBusFactoryConfigurator(bus);
        configure(configurator);
        return configurator.Build(bus);
    }
}
