using Agent.RedisTransport;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Agent.Examples;

/// <summary>The bus an example runs on, by one setting: <c>BUS=127.0.0.1:6379</c> (Redis or Garnet) or <c>BUS=amqp://guest:guest@127.0.0.1:5672/</c> (RabbitMQ).</summary>
static class ExampleBus
{
    public static async Task<IHost> StartAsync(Action<IBusRegistrationConfigurator> consumers)
    {
        var where = Environment.GetEnvironmentVariable("BUS") ?? "127.0.0.1:6379";
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.SetKebabCaseEndpointNameFormatter();
            consumers(bus);
            if (where.StartsWith("amqp", StringComparison.Ordinal))
            {
                bus.UsingRabbitMq((context, cfg) =>
                {
                    cfg.Host(new Uri(where));
                    cfg.ConfigureEndpoints(context);
                });
            }
            else
            {
                bus.UsingRedis((context, cfg) =>
                {
                    cfg.Host(where);
                    cfg.ConfigureEndpoints(context);
                });
            }
        });
        builder.Services.Configure<MassTransitHostOptions>(options =>
        {
            options.WaitUntilStarted = true;
            options.StartTimeout = TimeSpan.FromSeconds(20);
        });
        var host = builder.Build();
        await host.StartAsync();
        Console.WriteLine($"The bus is at {host.Services.GetRequiredService<IBus>().Address.GetLeftPart(UriPartial.Authority)}/");
        return host;
    }
}
