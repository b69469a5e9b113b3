using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.RedisTransport.Tests;

public class When_delivery_is_delayed
{
    [Theory, OnServers]
    public async Task It_comes_when_it_is_due_and_not_before(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<int>();
        await using var bus = await StartAsync(world, heard);
        var sending = await bus.Bus.GetSendEndpoint(new Uri("queue:later"));
        var clock = Stopwatch.StartNew();

        await sending.Send(new Order(2), context => context.Delay = TimeSpan.FromMilliseconds(900));
        await sending.Send(new Order(1), context => context.Delay = TimeSpan.FromMilliseconds(300));

        (await heard.NextAsync()).ShouldBe(1);
        clock.Elapsed.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(299));
        (await heard.NextAsync()).ShouldBe(2);
        clock.Elapsed.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(899));
        (await heard.IsQuietAsync(TimeSpan.FromMilliseconds(200))).ShouldBeTrue();
    }

    [Theory, OnServers]
    public async Task The_delay_survives_a_restart_of_server_and_consumer(TransportKind kind)
    {
        var world = await World.OwnAsync(kind, kind == TransportKind.Redis ? ["--appendfsync", "always"] : []);
        await using var server = world.Server!;
        await using (var bus = await world.StartAsync())
        {
            await (await bus.Bus.GetSendEndpoint(new Uri("queue:later"))).Send(new Order(7), context => context.Delay = TimeSpan.FromSeconds(3));
        }

        await server.KillAndRestartAsync();
        var heard = new Heard<int>();
        await using var after = await StartAsync(world, heard);

        (await heard.NextAsync()).ShouldBe(7);
    }

    [Theory, OnServers]
    public async Task A_scheduled_message_can_be_taken_back(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<int>();
        await using var bus = await StartAsync(world, heard);
        using var scope = bus.Services.CreateScope();
        var scheduler = scope.ServiceProvider.GetRequiredService<IMessageScheduler>();
        var soon = TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(500);

        await scheduler.ScheduleSend(new Uri("queue:later"), soon, new Order(1));
        var regretted = await scheduler.ScheduleSend(new Uri("queue:later"), soon.AddHours(1), new Order(2));
        await scheduler.SchedulePublish(soon, new Order(3));
        var regrettedToo = await scheduler.SchedulePublish(soon.AddHours(1), new Order(4));
        await using var inspecting = new Inspecting(world);
        (await inspecting.Queues.ShowAsync("later")).Delayed.ShouldBeGreaterThanOrEqualTo(2);
        await scheduler.CancelScheduledSend(new Uri("queue:later"), regretted.TokenId);
        await scheduler.CancelScheduledPublish<Order>(regrettedToo.TokenId);

        (await heard.NextAsync(2)).Order().ShouldBe([1, 3]);
        (await inspecting.Queues.ShowAsync("later")).Delayed.ShouldBe(0);
    }

    [Theory, OnServers]
    public async Task A_consumer_can_schedule(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<int>();
        await using var bus = await world.StartAsync(configure: (_, cfg) =>
        {
            ((IRedisBusFactoryConfigurator)cfg).UseRedisMessageScheduler();
            cfg.ReceiveEndpoint("later", endpoint => endpoint.Handler<Order>(context =>
            {
                heard.Add(context.Message.Number);
                return context.Message.Number > 0 ? context.ScheduleSend(new Uri("queue:later"), TimeSpan.FromMilliseconds(100), new Order(context.Message.Number - 1)) : Task.CompletedTask;
            }));
        });

        await (await bus.Bus.GetSendEndpoint(new Uri("queue:later"))).Send(new Order(2));

        (await heard.NextAsync(3)).ShouldBe([2, 1, 0]);
    }

    static Task<RunningBus> StartAsync(World world, Heard<int> heard) => world.StartAsync(
        bus => bus.AddRedisMessageScheduler(),
        (_, cfg) => cfg.ReceiveEndpoint("later", endpoint => endpoint.Handler<Order>(context => { heard.Add(context.Message.Number); return Task.CompletedTask; })));
}
