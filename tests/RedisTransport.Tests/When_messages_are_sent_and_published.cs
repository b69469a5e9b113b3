using MassTransit;

namespace Agent.RedisTransport.Tests;

public interface IAnnouncement
{
    string Text { get; }
}

public record Announcement(string Text) : IAnnouncement;

public record UrgentAnnouncement(string Text) : Announcement(Text);

public record Order(int Number);

public class When_messages_are_sent_and_published
{
    [Theory, OnAllTransports]
    public async Task A_send_by_short_name_reaches_its_queue(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<int>();
        await using var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("orders", endpoint =>
            endpoint.Handler<Order>(context => { heard.Add(context.Message.Number); return Task.CompletedTask; })));

        var endpoint = await bus.Bus.GetSendEndpoint(new Uri("queue:orders"));
        await endpoint.Send(new Order(7));

        (await heard.NextAsync()).ShouldBe(7);
    }

    [Theory, OnServers]
    public async Task A_send_from_another_process_by_full_address_reaches_it_too(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<int>();
        await using var receiver = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("orders", endpoint =>
            endpoint.Handler<Order>(context => { heard.Add(context.Message.Number); return Task.CompletedTask; })));
        await using var sender = await world.StartAsync();

        var endpoint = await sender.Bus.GetSendEndpoint(new Uri($"redis://{sender.Bus.Address.Authority}/orders"));
        await endpoint.Send(new Order(8));

        (await heard.NextAsync()).ShouldBe(8);
    }

    [Theory, OnAllTransports]
    public async Task A_publish_reaches_every_bound_queue_once(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<string>();
        await using var bus = await world.StartAsync(configure: (_, cfg) =>
        {
            foreach (var name in (string[])["first", "second", "third"])
            {
                cfg.ReceiveEndpoint(name, endpoint => endpoint.Handler<Order>(_ => { heard.Add(name); return Task.CompletedTask; }));
            }
        });

        await bus.Bus.Publish(new Order(1));

        (await heard.NextAsync(3)).Order().ShouldBe(["first", "second", "third"]);
        (await heard.IsQuietAsync(TimeSpan.FromMilliseconds(300))).ShouldBeTrue();
    }

    [Theory, OnAllTransports]
    public async Task A_publish_reaches_consumers_of_its_base_type_and_its_interfaces(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<string>();
        await using var bus = await world.StartAsync(configure: (_, cfg) =>
        {
            cfg.ReceiveEndpoint("urgent", endpoint => endpoint.Handler<UrgentAnnouncement>(context => { heard.Add($"urgent {context.Message.Text}"); return Task.CompletedTask; }));
            cfg.ReceiveEndpoint("all", endpoint => endpoint.Handler<Announcement>(context => { heard.Add($"base {context.Message.Text}"); return Task.CompletedTask; }));
            cfg.ReceiveEndpoint("interface", endpoint => endpoint.Handler<IAnnouncement>(context => { heard.Add($"interface {context.Message.Text}"); return Task.CompletedTask; }));
        });

        await bus.Bus.Publish(new UrgentAnnouncement("fire"));

        (await heard.NextAsync(3)).Order().ShouldBe(["base fire", "interface fire", "urgent fire"]);
    }

    [Theory, OnAllTransports]
    public async Task A_queue_that_takes_a_type_and_its_base_gets_the_message_once(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<string>();
        await using var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("both", endpoint =>
        {
            endpoint.Handler<UrgentAnnouncement>(_ => { heard.Add("urgent"); return Task.CompletedTask; });
            endpoint.Handler<IAnnouncement>(_ => { heard.Add("interface"); return Task.CompletedTask; });
        }));

        await bus.Bus.Publish(new UrgentAnnouncement("fire"));

        (await heard.NextAsync(2)).Order().ShouldBe(["interface", "urgent"]);
        (await heard.IsQuietAsync(TimeSpan.FromMilliseconds(300))).ShouldBeTrue();
    }

    [Theory, OnServers]
    public async Task A_new_subscriber_gets_what_is_published_after_it_was_ready(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var publisher = await world.StartAsync();
        for (var round = 0; round < 5; round++)
        {
            // The publisher remembers who is bound; the new one must not be forgotten.
            await publisher.Bus.Publish(new Order(-1));
            var heard = new Heard<int>();
            await using var subscriber = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint($"late-{round}", endpoint =>
                endpoint.Handler<Order>(context => { heard.Add(context.Message.Number); return Task.CompletedTask; })));

            await publisher.Bus.Publish(new Order(round));

            (await heard.NextAsync()).ShouldBe(round);
        }
    }

    [Theory, OnAllTransports]
    public async Task Competing_consumers_share_a_queue(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<int>();
        var consumers = new List<RunningBus>();
        var count = kind == TransportKind.Memory ? 1 : 3;
        for (var i = 0; i < count; i++)
        {
            consumers.Add(await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("work", endpoint =>
            {
                endpoint.PrefetchCount = 4;
                endpoint.Handler<Order>(context => { heard.Add(context.Message.Number); return Task.CompletedTask; });
            })));
        }

        var sending = await consumers[0].Bus.GetSendEndpoint(new Uri("queue:work"));
        await Task.WhenAll(Enumerable.Range(0, 300).Select(number => sending.Send(new Order(number))));

        (await heard.NextAsync(300)).Order().ShouldBe(Enumerable.Range(0, 300));
        (await heard.IsQuietAsync(TimeSpan.FromMilliseconds(300))).ShouldBeTrue();
        foreach (var consumer in consumers)
        {
            await consumer.DisposeAsync();
        }
    }

    [Theory, OnAllTransports]
    public async Task A_queue_with_one_consumer_at_a_time_keeps_its_order(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<int>();
        await using var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("ordered", endpoint =>
        {
            endpoint.ConcurrentMessageLimit = 1;
            endpoint.Handler<Order>(context => { heard.Add(context.Message.Number); return Task.CompletedTask; });
        }));

        var sending = await bus.Bus.GetSendEndpoint(new Uri("queue:ordered"));
        for (var number = 0; number < 300; number++)
        {
            await sending.Send(new Order(number));
        }

        (await heard.NextAsync(300)).ShouldBe(Enumerable.Range(0, 300));
    }
}
