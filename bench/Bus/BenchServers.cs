using Agent.Resp;
using Agent.TestKit;

namespace Agent.Bench.Bus;

/// <summary>A server with a setting of its durability.</summary>
sealed class BenchServer(string name, RedisServer server, bool withMassTransit) : IAsyncDisposable
{
    public string Name => name;

    public RespOptions Options { get; } = RespOptions.Parse(server.ConnectionString);

    public string ConnectionString => server.ConnectionString;

    public bool WithMassTransit => withMassTransit;

    public ValueTask DisposeAsync() => server.DisposeAsync();
}

static class BenchServers
{
    /// <summary>One after the other, so that they do not share the processor.</summary>
    public static async IAsyncEnumerable<BenchServer> EachAsync()
    {
        foreach (var (name, arguments, withMassTransit) in (ValueTuple<string, string[], bool>[])
            [("Redis, no file", ["--appendonly", "no"], false), ("Redis, everysec", [], true), ("Redis, always", ["--appendfsync", "always"], false)])
        {
            if (await RedisServer.TryStartRedisAsync(arguments) is { } redis)
            {
                yield return new BenchServer(name, redis, withMassTransit);
            }
        }

        yield return new BenchServer("Garnet, file", await RedisServer.StartGarnetAsync(waitForFile: false), withMassTransit: false);
        yield return new BenchServer("Garnet, file waited for", await RedisServer.StartGarnetAsync(), withMassTransit: true);
    }
}
