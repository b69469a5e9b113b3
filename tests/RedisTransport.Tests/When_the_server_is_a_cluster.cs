using Agent.TestKit;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.RedisTransport.Tests;

/// <summary>One queue, one slot: nothing the bus does names keys of two.</summary>
public class When_the_server_is_a_cluster
{
    [Fact]
    public async Task Queues_fan_out_delays_requests_and_the_operators_view_work_over_all_nodes()
    {
        await using var cluster = await RedisCluster.TryStartAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(cluster is null, SharedServers.Missing(ServerKind.Redis));
        var world = World.On(cluster);
        var heard = new Heard<string>();
        await using (var bus = await world.StartAsync(
            bus => bus.AddRequestClient<Order>(),
            (context, cfg) =>
            {
                for (var i = 0; i < 8; i++)
                {
                    var name = $"line-{i}";
                    cfg.ReceiveEndpoint(name, endpoint => endpoint.Handler<Order>(order =>
                    {
                        heard.Add($"{name}:{order.Message.Number}");
                        return order.IsResponseAccepted<Order>(false) ? order.RespondAsync(new Order(-order.Message.Number)) : Task.CompletedTask;
                    }));
                }

                cfg.ReceiveEndpoint("failing", endpoint => endpoint.Handler<Parcel>(_ => throw new InvalidOperationException("no stamps")));
            }))
        {
            await bus.Bus.Publish(new Order(1));
            (await heard.NextAsync(8)).Order().ShouldBe(Enumerable.Range(0, 8).Select(i => $"line-{i}:1"));

            await (await bus.Bus.GetSendEndpoint(new Uri("queue:line-3"))).Send(new Order(2), context => context.Delay = TimeSpan.FromMilliseconds(300));
            (await heard.NextAsync()).ShouldBe("line-3:2");

            using var scope = bus.Services.CreateScope();
            var answer = await scope.ServiceProvider.GetRequiredService<IRequestClient<Order>>().GetResponse<Order>(new Order(3));
            answer.Message.Number.ShouldBe(-3);
            await heard.NextAsync(8);

            await (await bus.Bus.GetSendEndpoint(new Uri("queue:failing"))).Send(new Parcel("letter"));
            await using var inspecting = new Inspecting(world);
            await Eventually.HoldsAsync(async () => (await inspecting.Queues.ShowAsync("failing")).Errors == 1);
            (await inspecting.Queues.ListAsync()).Count.ShouldBeGreaterThanOrEqualTo(9);
        }
    }
}

public sealed record Parcel(string What);
