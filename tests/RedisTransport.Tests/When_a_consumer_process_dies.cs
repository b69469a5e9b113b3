using Agent.BusWorker;
using MassTransit;

namespace Agent.RedisTransport.Tests;

public class When_a_consumer_process_dies
{
    [Theory, OnServers]
    public async Task What_it_held_is_delivered_again_to_another(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var sender = await world.StartAsync();
        var endpoint = await sender.Bus.GetSendEndpoint(new Uri("queue:work"));
        await using var doomed = await WorkerProcess.StartAsync(world, "hold", "work");
        await endpoint.Send(new WorkItem("one"));
        await endpoint.Send(new WorkItem("two"));
        await doomed.UntilAsync(lines => lines.Contains("one") && lines.Contains("two"));

        await doomed.KillAsync();
        var heard = new Heard<(string, bool)>();
        await using var survivor = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("work", e =>
            e.Handler<WorkItem>(context => { heard.Add((context.Message.Id, context.ReceiveContext.Redelivered)); return Task.CompletedTask; })));

        (await heard.NextAsync(2)).Order().ShouldBe([("one", true), ("two", true)]);
        (await heard.IsQuietAsync(TimeSpan.FromSeconds(1))).ShouldBeTrue();
    }

    [Theory, OnServers]
    public async Task One_that_was_taken_for_dead_and_came_back_is_known_before_it_takes_anything(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var redis = new Resp.RespConnection(Resp.RespOptions.Parse(world.Server!.ConnectionString));
        await using var survivor = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("other", e => e.Handler<Order>(_ => Task.CompletedTask)));
        var (clock, taken) = (new FrozenClock(), new TaskCompletionSource());
        var connection = new Queues.BusConnection(redis.Options, World.Fast(world.Prefix), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, clock);
        var receiver = new Queues.QueueReceiver(connection, new Queues.QueueReceiverSettings("back", 4, 4, Temporary: false, []), async _ =>
        {
            taken.TrySetResult();
            await Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken);
        });
        await receiver.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(async () => (await redis.ExecuteAsync(Resp.RespCommand.Of("SISMEMBER", connection.Keys.Nodes, connection.Node))).AsInt64() == 0);

        // It wakes, hears the bell first, and dies with what it took.
        clock.Thaw(TimeSpan.FromMinutes(1));
        await (await survivor.Bus.GetSendEndpoint(new Uri("queue:back"))).Send(new Order(7));
        await taken.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await connection.AbandonAsync();

        var heard = new Heard<int>();
        await using var next = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("back", e => e.Handler<Order>(context => { heard.Add(context.Message.Number); return Task.CompletedTask; })));
        (await heard.NextAsync(1)).ShouldBe([7]);
        await redis.DisposeAsync();
    }

    [Theory, OnServers]
    public async Task One_that_comes_back_while_it_is_struck_off_is_written_down_again(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var redis = new Resp.RespConnection(Resp.RespOptions.Parse(world.Server!.ConnectionString));
        await using var sweeping = new Queues.BusConnection(redis.Options, World.Fast(world.Prefix), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, TimeProvider.System);

        // Its own clock stands still: it does not find out by itself that it is not written down.
        var back = new Queues.BusConnection(redis.Options, World.Fast(world.Prefix), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, new FrozenClock());
        var receiver = new Queues.QueueReceiver(back, new Queues.QueueReceiverSettings("returning", 4, 4, Temporary: false, []), _ => Task.CompletedTask);
        await receiver.StartAsync(TestContext.Current.CancellationToken);
        await redis.ExecuteAsync(Resp.RespCommand.Of("SET", back.Keys.Alive(back.Node), "back"));

        await sweeping.Sweeper.BuryAsync(back.Node, TestContext.Current.CancellationToken);

        foreach (var (set, member) in ((string, string)[])
            [(back.Keys.Nodes, back.Node), (back.Keys.Receivers(back.Node), receiver.Place), (back.Keys.Of("returning").Consumers, receiver.Consumer)])
        {
            (await redis.ExecuteAsync(Resp.RespCommand.Of("SISMEMBER", set, member))).AsInt64().ShouldBe(1, set);
        }

        await back.AbandonAsync();
    }

    [Theory, OnServers]
    public async Task Its_temporary_queue_and_bindings_go(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var redis = new Resp.RespConnection(Resp.RespOptions.Parse(world.Server!.ConnectionString));
        await using var survivor = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("other", e => e.Handler<Order>(_ => Task.CompletedTask)));
        var connection = new Queues.BusConnection(redis.Options, World.Fast(world.Prefix), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, TimeProvider.System);
        var receiver = new Queues.QueueReceiver(connection, new Queues.QueueReceiverSettings("temporary", 4, 4, Temporary: true, ["topic"]), _ => Task.CompletedTask);
        await receiver.StartAsync(TestContext.Current.CancellationToken);
        await connection.Bindings.PublishAsync(new Queues.Topics(["topic"]), new Queues.Outgoing("x", Queues.Envelope.Create([], "b"u8, TimeProvider.System.GetUtcNow(), null).Stored), TestContext.Current.CancellationToken);

        // As kill -9 does it: no good-bye.
        await connection.AbandonAsync();

        await Eventually.HoldsAsync(async () => (await redis.ExecuteAsync(Resp.RespCommand.Of("EXISTS", connection.Keys.Of("temporary").Topics, connection.Keys.Bindings("topic"), connection.Keys.Receivers(connection.Node)))).AsInt64() == 0);
        await redis.DisposeAsync();
    }

    [Theory, OnServers]
    public async Task What_kills_every_consumer_goes_to_the_error_queue(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var redis = Resp.RespOptions.Parse(world.Server!.ConnectionString);
        await using var sender = await world.StartAsync();
        await (await sender.Bus.GetSendEndpoint(new Uri("queue:deadly"))).Send(new Order(1));
        for (var death = 0; death < 3; death++)
        {
            var taken = new TaskCompletionSource();
            var connection = new Queues.BusConnection(redis, World.Fast(world.Prefix), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, TimeProvider.System);
            var receiver = new Queues.QueueReceiver(connection, new Queues.QueueReceiverSettings("deadly", 4, 4, Temporary: false, []), async _ =>
            {
                taken.TrySetResult();
                await Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken);
            });
            await receiver.StartAsync(TestContext.Current.CancellationToken);
            await taken.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            await connection.AbandonAsync();
        }

        world.Options += options => options.DeliveryLimit = 3;
        var heard = new Heard<int>();
        await using var last = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("deadly", e => e.Handler<Order>(_ => { heard.Add(1); return Task.CompletedTask; })));

        await using var inspector = new Inspecting(world);
        await Eventually.HoldsAsync(async () => (await inspector.Queues.PeekAsync("deadly_error")).Count == 1);
        var poison = (await inspector.Queues.PeekAsync("deadly_error"))[0];
        poison.Fault.ShouldNotBeNull().ShouldContain("Delivered 3 times");
        (await heard.IsQuietAsync(TimeSpan.FromMilliseconds(200))).ShouldBeTrue();
    }
}
