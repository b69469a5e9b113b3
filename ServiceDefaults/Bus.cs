using Agent.RedisTransport;
using Agent.Resp;
using Agent.ServiceDefaults.Starting;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.ServiceDefaults;

/// <summary>The bus, set up once for all services.</summary>
public static class Bus
{
    const string BrokerCure = "Set it to amqp://user:password@host:5672/ (amqps for TLS, the path is the virtual host).";

    /// <summary>Adds the bus with this service's consumers: <c>builder.AddBus(bus => bus.AddConsumer&lt;ExecuteStepConsumer&gt;())</c>.
    /// Transport by <c>Bus:Transport</c>: <c>redis</c> (default), <c>rabbitmq</c>, <c>memory</c> (unit tests only).</summary>
    public static WebApplicationBuilder AddBus(this WebApplicationBuilder builder, Action<IBusRegistrationConfigurator> consumers)
    {
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.SetKebabCaseEndpointNameFormatter();
            consumers(bus);
            bus.ListenForBundles(builder.Services);
            UseTransport(bus, builder.Configuration);
        });
        return builder;
    }

    static void UseTransport(IBusRegistrationConfigurator bus, ConfigurationManager configuration)
    {
        switch ((configuration["Bus:Transport"] ?? "redis").ToLowerInvariant())
        {
            case "redis":
                bus.UsingRedis((context, cfg) =>
                {
                    cfg.Host(context.GetRequiredService<RespOptions>(), options => configuration.GetSection("Bus:Redis").Bind(options));
                    Finish(context, cfg);
                });
                break;
            case "rabbitmq":
                var broker = Broker(configuration.GetConnectionString("rabbitmq"));
                bus.UsingRabbitMq((context, cfg) =>
                {
                    cfg.Host(broker);
                    Finish(context, cfg);
                });
                break;
            case "memory":
                bus.UsingInMemory(Finish);
                break;
            case var other:
                throw new SettingsException($"Bus__Transport is '{other}'. It can be redis, rabbitmq or memory (unit tests only).");
        }
    }

    static Uri Broker(string? given) =>
        string.IsNullOrEmpty(given) ? throw new SettingsException($"Bus__Transport is rabbitmq, but ConnectionStrings__rabbitmq is not set. {BrokerCure}")
        : Uri.TryCreate(given, UriKind.Absolute, out var broker) && broker.Scheme is "amqp" or "amqps" ? broker
        : throw new SettingsException($"ConnectionStrings__rabbitmq is not the address of a RabbitMQ. {BrokerCure}");

    /// <summary>What holds on every transport: a consumer that throws is tried again a few times, then its message goes to the error queue.</summary>
    static void Finish<T>(IBusRegistrationContext context, IBusFactoryConfigurator<T> cfg)
        where T : IReceiveEndpointConfigurator
    {
        cfg.UseMessageRetry(retry => retry.Intervals(100, 500, 2000));
        cfg.ConfigureEndpoints(context);
    }
}
