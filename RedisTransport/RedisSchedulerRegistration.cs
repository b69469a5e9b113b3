using Agent.RedisTransport.Configuration;
using Agent.RedisTransport.Scheduling;
using MassTransit;
using MassTransit.DependencyInjection;
using MassTransit.Scheduling;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Agent.RedisTransport;

/// <summary>Scheduling outside consumers.</summary>
public static class RedisSchedulerRegistration
{
    /// <summary>Registers <see cref="IMessageScheduler"/>: schedules by delaying in Redis, and can take back. In consumers and sagas:
    /// <see cref="IRedisBusFactoryConfigurator.UseRedisMessageScheduler"/>.</summary>
    public static void AddRedisMessageScheduler(this IBusRegistrationConfigurator configurator) =>
        configurator.TryAddScoped<IMessageScheduler>(provider =>
        {
            var bus = provider.GetRequiredService<Bind<IBus, IBusInstance>>().Value;
            var host = bus.HostConfiguration as RedisHostConfiguration
                ?? throw new InvalidOperationException("AddRedisMessageScheduler needs a bus with UsingRedis; this one has another transport.");
            return new MessageScheduler(new RedisScheduleMessageProvider(host, provider.GetRequiredService<ISendEndpointProvider>()), bus.Bus.Topology);
        });
}
