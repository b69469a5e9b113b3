using Agent.TestKit;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agent.RedisTransport.Tests;

/// <summary>What a promise is tested on; MassTransit's own memory transport where it makes the same promise.</summary>
public enum TransportKind
{
    Garnet,
    Redis,
    Memory,
}

/// <summary>One bus of its own keys, for one test; several share a world by sharing its prefix.</summary>
sealed class World
{
    static readonly ILoggerFactory Logs = LoggerFactory.Create(logging => logging.AddProvider(new TestLog()).SetMinimumLevel(LogLevel.Information));

    World(TransportKind kind, RedisServer? server)
    {
        Kind = kind;
        Server = server;
    }

    public TransportKind Kind { get; }

    public RedisServer? Server { get; }

    public string Prefix { get; } = $"t{Guid.CreateVersion7():N}";

    /// <summary>What buses started from now on connect to instead of the server itself.</summary>
    public string? Through { get; set; }

    /// <summary>Faster than the defaults, so that promises about time can be seen within a test's patience.</summary>
    public Action<RedisTransportOptions> Options { get; set; } = Hasten;

    public static RedisTransportOptions Fast(string prefix)
    {
        var options = new RedisTransportOptions { KeyPrefix = prefix };
        Hasten(options);
        return options;
    }

    public static async Task<World> SharedAsync(TransportKind kind)
    {
        if (kind == TransportKind.Memory)
        {
            return new World(kind, null);
        }

        var server = await SharedServers.FindAsync(Kind(kind));
        Assert.SkipWhen(server is null, SharedServers.Missing(Kind(kind)));
        return new World(kind, server);

        static ServerKind Kind(TransportKind kind) => kind == TransportKind.Garnet ? ServerKind.Garnet : ServerKind.Redis;
    }

    /// <summary>On one node of a cluster; the bus finds the others.</summary>
    public static World On(RedisCluster cluster) => new(TransportKind.Redis, cluster.Nodes[0]);

    static void Hasten(RedisTransportOptions options)
    {
        options.Lease = TimeSpan.FromSeconds(1.5);
        options.Sweep = TimeSpan.FromMilliseconds(250);
        options.Poll = TimeSpan.FromSeconds(1);

        // A server that is started again on a busy machine takes its time.
        options.SendPatience = TimeSpan.FromMinutes(1);
    }

    /// <summary>On a server of its own, to be killed.</summary>
    public static async Task<World> OwnAsync(TransportKind kind, params string[] more)
    {
        var serverKind = kind == TransportKind.Garnet ? ServerKind.Garnet : ServerKind.Redis;
        var server = await SharedServers.StartAsync(serverKind, more);
        Assert.SkipWhen(server is null, SharedServers.Missing(serverKind));
        Assert.SkipUnless(server.IsOurs, "AGENT_REDIS is not ours to kill.");
        return new World(kind, server);
    }

    /// <summary>Starts a bus: as if in a process of its own.</summary>
    public async Task<RunningBus> StartAsync(
        Action<IBusRegistrationConfigurator>? register = null,
        Action<IBusRegistrationContext, IBusFactoryConfigurator>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();

        // MassTransit keeps the factory in an ambient context: it must outlive each bus of a test.
        services.AddSingleton(Logs);
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.SetKebabCaseEndpointNameFormatter();
            register?.Invoke(bus);
            if (Kind == TransportKind.Memory)
            {
                bus.UsingInMemory((context, cfg) =>
                {
                    configure?.Invoke(context, cfg);
                    cfg.ConfigureEndpoints(context);
                });
            }
            else
            {
                bus.UsingRedis((context, cfg) =>
                {
                    cfg.Host(Through ?? Server!.ConnectionString, options =>
                    {
                        Options(options);
                        options.KeyPrefix = Prefix;
                    });
                    configure?.Invoke(context, cfg);
                    cfg.ConfigureEndpoints(context);
                });
            }
        });
        var provider = services.BuildServiceProvider();
        var control = provider.GetRequiredService<IBusControl>();
        await control.StartAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        return new RunningBus(provider, control);
    }
}

sealed class RunningBus(ServiceProvider provider, IBusControl control) : IAsyncDisposable
{
    bool _stopped;

    public IBusControl Bus => control;

    public IServiceProvider Services => provider;

    public async Task StopAsync()
    {
        _stopped = true;
        await control.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
        {
            await StopAsync();
        }

        await provider.DisposeAsync();
    }
}

/// <summary>Shows warnings of the bus with the test that caused them.</summary>
sealed class TestLog : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new CategoryLog(categoryName);

    public void Dispose()
    {
        // Nothing is held.
    }

    sealed class CategoryLog(string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"{logLevel} {category}: {formatter(state, exception)} {exception?.Message}");
            }
        }
    }
}
