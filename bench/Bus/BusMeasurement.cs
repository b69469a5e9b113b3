using System.Diagnostics;
using Agent.RedisTransport;
using Agent.TestKit;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.Bench.Bus;

/// <summary>Message: one kilobyte.</summary>
public sealed record Load(string Text, long SentAt);

/// <summary>Request.</summary>
public sealed record Ping(int Number);

/// <summary>Response.</summary>
public sealed record Pong(int Number);

/// <summary>The same job through MassTransit on each transport: one consumer, prefetch 64.</summary>
static class BusMeasurement
{
    const int InFlight = 256;
    static readonly string Text = new('x', 1024);

    public static Task<BusFigures> OnRedisAsync(BenchServer server, bool quick) => RunAsync(server.Name, quick, (bus, configure) => bus.UsingRedis((context, cfg) =>
    {
        cfg.Host(server.ConnectionString);
        configure(context, cfg);
    }));

    public static Task<BusFigures> InMemoryAsync(bool quick) => RunAsync("memory", quick, (bus, configure) => bus.UsingInMemory((context, cfg) => configure(context, cfg)));

    /// <summary>Null when RabbitMQ is not installed.</summary>
    public static async Task<BusFigures?> OnRabbitAsync(bool quick)
    {
        await using var server = await RabbitServer.TryStartAsync();
        return server is null ? null : await RunAsync("RabbitMQ", quick, (bus, configure) => bus.UsingRabbitMq((context, cfg) =>
        {
            cfg.Host(new Uri(server.ConnectionString));
            configure(context, cfg);
        }));
    }

    static async Task<BusFigures> RunAsync(string name, bool quick, Action<IBusRegistrationConfigurator, Action<IBusRegistrationContext, IBusFactoryConfigurator>> use)
    {
        var meter = new LoadMeter();
        var services = new ServiceCollection().AddLogging();
        services.AddMassTransit(registration =>
        {
            registration.DisableUsageTelemetry();
            registration.AddRequestClient<Ping>();
            use(registration, (_, cfg) =>
            {
                cfg.ReceiveEndpoint("load", endpoint =>
                {
                    endpoint.PrefetchCount = 64;
                    endpoint.Handler<Load>(context => { meter.Consumed(context.Message); return Task.CompletedTask; });
                });
                cfg.ReceiveEndpoint("ping", endpoint =>
                {
                    endpoint.PrefetchCount = 64;
                    endpoint.Handler<Ping>(context => context.RespondAsync(new Pong(context.Message.Number)));
                });
            });
        });
        await using var provider = services.BuildServiceProvider();
        var bus = provider.GetRequiredService<IBusControl>();
        await bus.StartAsync();
        try
        {
            var count = quick ? 8_000 : 60_000;
            await meter.ThroughputAsync(bus, Text, InFlight, count / 4);
            var (rate, cost) = await ProcessorTime.OfAsync(count, () => meter.ThroughputAsync(bus, Text, InFlight, count));
            var oneWay = await meter.OneWayAsync(bus, Text, quick ? 300 : 1200);
            using var scope = provider.CreateScope();
            var client = scope.ServiceProvider.GetRequiredService<IRequestClient<Ping>>();
            var (requests, parallel) = await RequestsAsync(client, quick);
            return new BusFigures(name, rate, oneWay.Percentile(50), oneWay.Percentile(99), requests.Percentile(50), parallel, cost);
        }
        finally
        {
            await bus.StopAsync();
        }
    }

    static async Task<(Latencies OneByOne, double PerSecond)> RequestsAsync(IRequestClient<Ping> client, bool quick)
    {
        var latencies = new Latencies();
        var single = quick ? 500 : 3000;
        for (var i = 0; i < single; i++)
        {
            var at = Stopwatch.GetTimestamp();
            await client.GetResponse<Pong>(new Ping(i));
            latencies.Add(Stopwatch.GetElapsedTime(at));
        }

        var left = quick ? 4_000 : 30_000;
        var count = left;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 32).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await client.GetResponse<Pong>(new Ping(left));
            }
        }));
        return (latencies.Skip(single / 5), count / clock.Elapsed.TotalSeconds);
    }
}
