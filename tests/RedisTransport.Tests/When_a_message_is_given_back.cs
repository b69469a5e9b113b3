using Agent.RedisTransport.Queues;
using Agent.Resp;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.RedisTransport.Tests;

public class When_a_message_is_given_back
{
    [Theory, OnServers]
    public async Task It_comes_again_after_the_pause_and_counted(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var bus = new BusConnection(RespOptions.Parse(world.Server!.ConnectionString), World.Fast(world.Prefix), NullLogger.Instance, TimeProvider.System);
        var heard = new Heard<int>();
        using var receiver = new QueueReceiver(bus, new QueueReceiverSettings("back", 8, 8, Temporary: false, []), async delivery =>
        {
            heard.Add(delivery.Redeliveries);
            if (delivery.Redeliveries < 2)
            {
                await delivery.ReturnAsync(TimeSpan.FromMilliseconds(50));
            }
            else
            {
                await delivery.CompleteAsync();
            }
        });
        await receiver.StartAsync(TestContext.Current.CancellationToken);

        for (var number = 0; number < 20; number++)
        {
            await bus.Sender("back").SendAsync(new Outgoing(bus.NewId(), Envelope.Create([], "body"u8, TimeProvider.System.GetUtcNow(), null).Stored));
        }

        (await heard.NextAsync(60)).Order().ShouldBe(Enumerable.Repeat(0, 20).Concat(Enumerable.Repeat(1, 20)).Concat(Enumerable.Repeat(2, 20)));
        await receiver.StopTakingAsync();
        await receiver.EndAsync();
        (await bus.Commands.ExecuteAsync(RespCommand.Of("EXISTS", bus.Keys.Of("back").Bodies, bus.Keys.Of("back").Delayed, bus.Keys.Of("back").Ready))).AsInt64().ShouldBe(0);
    }

    [Theory, OnServers]
    public async Task What_a_handler_left_unsettled_is_looked_for_again(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var bus = new BusConnection(RespOptions.Parse(world.Server!.ConnectionString), World.Fast(world.Prefix), NullLogger.Instance, TimeProvider.System);
        var heard = new Heard<string>();
        var times = 0;
        using var receiver = new QueueReceiver(bus, new QueueReceiverSettings("unsettled", 8, 8, Temporary: false, []), delivery =>
        {
            heard.Add(delivery.Entry);
            return Interlocked.Increment(ref times) == 1 ? Task.CompletedTask : delivery.CompleteAsync();
        });
        await receiver.StartAsync(TestContext.Current.CancellationToken);

        await bus.Sender("unsettled").SendAsync(new Outgoing("left", Envelope.Create([], "body"u8, TimeProvider.System.GetUtcNow(), null).Stored));

        // Under the same name: nobody else had it, so it is no redelivery.
        (await heard.NextAsync(2)).ShouldBe(["left", "left"]);
        await receiver.StopTakingAsync();
        await receiver.IdleAsync(TestContext.Current.CancellationToken);
        receiver.Held.ShouldBe(0);
        (await bus.Commands.ExecuteAsync(RespCommand.Of("EXISTS", bus.Keys.Of("unsettled").Ready, bus.Keys.Of("unsettled").Processing(receiver.Consumer)))).AsInt64().ShouldBe(0);
        await receiver.EndAsync();
    }

    [Theory, OnServers]
    public async Task A_handler_that_throws_gives_it_back(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var bus = new BusConnection(RespOptions.Parse(world.Server!.ConnectionString), World.Fast(world.Prefix), NullLogger.Instance, TimeProvider.System);
        var heard = new Heard<int>();
        using var receiver = new QueueReceiver(bus, new QueueReceiverSettings("thrown", 8, 8, Temporary: false, []), delivery =>
        {
            heard.Add(delivery.Redeliveries);
            return delivery.Redeliveries == 0 ? throw new InvalidOperationException("not today") : delivery.CompleteAsync();
        });
        await receiver.StartAsync(TestContext.Current.CancellationToken);

        await bus.Sender("thrown").SendAsync(new Outgoing(bus.NewId(), Envelope.Create([], "body"u8, TimeProvider.System.GetUtcNow(), null).Stored));

        (await heard.NextAsync(2)).ShouldBe([0, 1]);
        await receiver.StopTakingAsync();
        await receiver.EndAsync();
    }
}
