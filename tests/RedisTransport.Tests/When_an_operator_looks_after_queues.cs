using System.Diagnostics.Metrics;
using MassTransit;

namespace Agent.RedisTransport.Tests;

public class When_an_operator_looks_after_queues
{
    [Theory, OnServers]
    public async Task Failed_messages_go_back_by_filter_and_a_dry_run_moves_nothing(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var broken = true;
        var heard = new Heard<int>();
        await using var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("shop", endpoint => endpoint.Handler<Order>(context =>
        {
            if (Volatile.Read(ref broken))
            {
                throw new InvalidOperationException(context.Message.Number % 2 == 0 ? "shelf empty" : "card refused");
            }

            heard.Add(context.Message.Number);
            return Task.CompletedTask;
        })));
        var sending = await bus.Bus.GetSendEndpoint(new Uri("queue:shop"));
        for (var number = 0; number < 6; number++)
        {
            await sending.Send(new Order(number));
        }

        await using var inspector = new Inspecting(world);
        await Eventually.HoldsAsync(async () => (await inspector.Queues.ShowAsync("shop")).Errors == 6);
        Volatile.Write(ref broken, false);

        var dry = await inspector.Queues.RequeueAsync("shop", new MessageFilter(Fault: "shelf"), dryRun: true);
        dry.Messages.Count.ShouldBe(3);
        dry.Target.ShouldBe("shop");
        (await inspector.Queues.ShowAsync("shop")).Errors.ShouldBe(6);

        await inspector.Queues.RequeueAsync("shop", new MessageFilter(Fault: "shelf"));
        (await heard.NextAsync(3)).Order().ShouldBe([0, 2, 4]);
        var left = await inspector.Queues.PeekAsync("shop_error");
        left.Count.ShouldBe(3);
        left.ShouldAllBe(message => message.Fault == "card refused");

        await inspector.Queues.RequeueAsync("shop_error", new MessageFilter(MessageId: left.Single(message => message.Body.Contains("\"number\": 3", StringComparison.Ordinal)).MessageId));
        (await heard.NextAsync()).ShouldBe(3);

        (await inspector.Queues.PurgeAsync("shop_error", new MessageFilter(MessageType: "Order"))).Messages.Count.ShouldBe(2);
        (await inspector.Queues.ShowAsync("shop")).Errors.ShouldBe(0);
        (await heard.IsQuietAsync(TimeSpan.FromMilliseconds(200))).ShouldBeTrue();
    }

    [Theory, OnServers]
    public async Task The_list_shows_depth_age_delayed_and_leased(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var release = new TaskCompletionSource();
        var begun = new Heard<int>();
        await using var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("busy", endpoint =>
        {
            endpoint.PrefetchCount = 1;
            endpoint.Handler<Order>(async context => { begun.Add(context.Message.Number); await release.Task; });
        }));
        var sending = await bus.Bus.GetSendEndpoint(new Uri("queue:busy"));
        for (var number = 0; number < 4; number++)
        {
            await sending.Send(new Order(number));
        }

        await sending.Send(new Order(9), context => context.Delay = TimeSpan.FromMinutes(1));
        await begun.NextAsync();
        await using var inspector = new Inspecting(world);

        var queue = (await inspector.Queues.ListAsync()).Single(queue => queue.Name == "busy");

        queue.Ready.ShouldBe(3);
        queue.Leased.ShouldBe(1);
        queue.Delayed.ShouldBe(1);
        queue.Consumers.ShouldBe(1);
        queue.OldestAge.ShouldNotBeNull().ShouldBeLessThan(TimeSpan.FromMinutes(5));
        (await inspector.Queues.PeekAsync("busy"))[0].Body.ShouldContain("\"number\": 1");
        release.SetResult();
    }

    [Theory, OnServers]
    public async Task The_figures_are_metrics(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var depth = new Heard<long>();
        var queueName = $"measured-{kind}";
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Name == "Agent.RedisTransport")
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (instrument.Name == "agent_bus_queue_errors" && tags.ToArray().Any(tag => Equals(tag.Value, queueName)))
            {
                depth.Add(value);
            }
        });
        listener.Start();
        await using var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint(queueName, endpoint => endpoint.Handler<Order>(_ => throw new InvalidOperationException("no"))));
        await (await bus.Bus.GetSendEndpoint(new Uri($"queue:{queueName}"))).Send(new Order(1));

        await Eventually.HoldsAsync(async () =>
        {
            listener.RecordObservableInstruments();
            return await depth.NextAsync() == 1;
        });
    }
}
