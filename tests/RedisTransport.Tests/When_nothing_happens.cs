using Agent.Resp;
using MassTransit;

namespace Agent.RedisTransport.Tests;

public class When_nothing_happens
{
    [Theory, OnServers]
    public async Task Two_hundred_endpoints_share_four_connections_and_hardly_ask(TransportKind kind)
    {
        var world = await World.OwnAsync(kind);
        await using var server = world.Server!;
        world.Options = _ => { };
        await using var bus = await world.StartAsync(configure: (_, cfg) =>
        {
            for (var i = 0; i < 200; i++)
            {
                cfg.ReceiveEndpoint($"idle-{i}", endpoint => endpoint.Handler<Order>(_ => Task.CompletedTask));
            }
        });
        await using var observer = new RespConnection(RespOptions.Parse(server.ConnectionString));
        await Task.Delay(1500, TestContext.Current.CancellationToken);

        var before = await CommandsAsync(observer);
        var processor = Environment.CpuUsage.TotalTime;
        await Task.Delay(10_000, TestContext.Current.CancellationToken);
        var commands = await CommandsAsync(observer) - before;
        var used = Environment.CpuUsage.TotalTime - processor;

        (commands / 10.0 / 200).ShouldBeLessThanOrEqualTo(1.0, "commands a second and endpoint");
        TestContext.Current.TestOutputHelper?.WriteLine($"{commands / 10.0 / 200:0.00} commands/s and endpoint, {used.TotalMilliseconds / 100:0.0} % of a core for 200");
        var clients = (await observer.ExecuteAsync(RespCommand.Of("CLIENT", "LIST"))).AsString()!.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
        (clients - 1).ShouldBeLessThanOrEqualTo(4);
    }

    static async Task<long> CommandsAsync(RespConnection redis)
    {
        var info = (await redis.ExecuteAsync(RespCommand.Of("INFO", "stats"))).AsString()!;
        var field = info.Split('\n').First(line => line.StartsWith("total_commands_processed:", StringComparison.Ordinal));
        return long.Parse(field.Split(':')[1].Trim());
    }
}
