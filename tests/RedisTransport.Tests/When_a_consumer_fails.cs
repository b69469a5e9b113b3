using MassTransit;

namespace Agent.RedisTransport.Tests;

public class When_a_consumer_fails
{
    [Theory, OnServers]
    public async Task The_message_goes_to_the_error_queue_with_its_exception_and_count(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var tries = 0;
        await using var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("failing", endpoint =>
        {
            endpoint.UseMessageRetry(retry => retry.Immediate(2));
            endpoint.Handler<Order>(_ =>
            {
                Interlocked.Increment(ref tries);
                throw new InvalidOperationException("the shelf is empty");
            });
        }));

        await (await bus.Bus.GetSendEndpoint(new Uri("queue:failing"))).Send(new Order(3));

        await using var inspector = new Inspecting(world);
        await Eventually.HoldsAsync(async () => (await inspector.Queues.ShowAsync("failing")).Errors == 1);
        var message = (await inspector.Queues.PeekAsync("failing_error")).ShouldHaveSingleItem();
        message.Fault.ShouldBe("the shelf is empty");
        message.ExceptionType.ShouldNotBeNull().ShouldContain("InvalidOperationException");
        message.MessageTypes[0].ShouldEndWith(":Order");
        message.Headers["MT-Fault-RetryCount"].ToString().ShouldBe("2");
        message.Headers["MT-Redis-Deliveries"].ToString().ShouldBe("1");
        message.Body.ShouldContain("\"number\": 3");
        tries.ShouldBe(3);
        await Eventually.HoldsAsync(async () => await inspector.Queues.ShowAsync("failing") is { Ready: 0, Leased: 0 });
    }

    [Theory, OnAllTransports]
    public async Task A_fault_is_published(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<string>();
        await using var bus = await world.StartAsync(configure: (_, cfg) =>
        {
            cfg.ReceiveEndpoint("failing", endpoint => endpoint.Handler<Order>(_ => throw new InvalidOperationException("the shelf is empty")));
            cfg.ReceiveEndpoint("faults", endpoint => endpoint.Handler<Fault<Order>>(context =>
            {
                heard.Add($"{context.Message.Message.Number}: {context.Message.Exceptions[0].Message}");
                return Task.CompletedTask;
            }));
        });

        await (await bus.Bus.GetSendEndpoint(new Uri("queue:failing"))).Send(new Order(4));

        (await heard.NextAsync()).ShouldBe("4: the shelf is empty");
    }

    [Theory, OnAllTransports]
    public async Task Delayed_redelivery_tries_again_later(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<int>();
        await using var bus = await world.StartAsync(
            bus => bus.AddDelayedMessageScheduler(),
            (_, cfg) =>
            {
                cfg.UseDelayedMessageScheduler();
                cfg.ReceiveEndpoint("failing", endpoint =>
                {
                    endpoint.UseDelayedRedelivery(redelivery => redelivery.Intervals(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(200)));
                    endpoint.Handler<Order>(context =>
                    {
                        heard.Add(context.GetRedeliveryCount());
                        return context.GetRedeliveryCount() < 2 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;
                    });
                });
            });

        await (await bus.Bus.GetSendEndpoint(new Uri("queue:failing"))).Send(new Order(5));

        (await heard.NextAsync(3)).ShouldBe([0, 1, 2]);
    }

    [Theory, OnServers]
    public async Task What_nobody_consumes_goes_to_the_skipped_queue(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("picky", endpoint => endpoint.Handler<Order>(_ => Task.CompletedTask)));

        await (await bus.Bus.GetSendEndpoint(new Uri("queue:picky"))).Send(new Announcement("nobody wants this"));

        await using var inspector = new Inspecting(world);
        await Eventually.HoldsAsync(async () => (await inspector.Queues.PeekAsync("picky_skipped")).Count == 1);
        (await inspector.Queues.ShowAsync("picky")).Ready.ShouldBe(0);
    }

    [Theory, OnServers]
    public async Task What_can_not_be_read_goes_to_the_error_queue(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("reading", endpoint => endpoint.Handler<Order>(_ => Task.CompletedTask)));
        await using var inspector = new Inspecting(world);
        var keys = new Queues.QueueKeys(world.Prefix).Of("reading");
        var strange = Queues.Envelope.Create([new("Content-Type", "application/vnd.masstransit+json")], "{ this is not JSON"u8, TimeProvider.System.GetUtcNow(), null);

        await inspector.Redis.ExecuteAsync(Resp.RespCommand.Of("HSET", keys.Bodies, "a", strange.Stored, "b", "not an envelope"));
        await inspector.Redis.ExecuteAsync(Resp.RespCommand.Of("LPUSH", keys.Ready, "a", "b"));

        await Eventually.HoldsAsync(async () => await inspector.Queues.ShowAsync("reading") is { Ready: 0, Leased: 0, Errors: 2 });

        var failed = await inspector.Queues.PeekAsync("reading_error");
        failed.Count.ShouldBe(2);
        failed.ShouldContain(message => message.Fault == "A stored message has format 110; this transport reads format 1." && message.Body == "not an envelope");
    }

    [Theory, OnServers]
    public async Task What_can_not_be_read_does_not_hide_its_queue(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var inspector = new Inspecting(world);
        var keys = new Queues.QueueKeys(world.Prefix).Of("unread_error");
        await inspector.Redis.ExecuteAsync(Resp.RespCommand.Of("HSET", keys.Bodies, "a", "not an envelope"));
        await inspector.Redis.ExecuteAsync(Resp.RespCommand.Of("LPUSH", keys.Ready, "a"));

        (await inspector.Queues.ShowAsync("unread_error")).Ready.ShouldBe(1);
        (await inspector.Queues.PeekAsync("unread_error")).ShouldHaveSingleItem().Fault.ShouldNotBeNull().ShouldContain("format 110");

        // Back as it was: a newer process may be able to read it.
        await inspector.Queues.RequeueAsync("unread_error", target: "unread");
        var back = new Queues.QueueKeys(world.Prefix).Of("unread");
        var listed = Queues.Listed.Read((await inspector.Redis.ExecuteAsync(Resp.RespCommand.Of("LINDEX", back.Ready, 0))).AsBytes()!);
        listed.Message!.Value.ToArray().ShouldBe("not an envelope"u8.ToArray());
    }
}
