using Agent.RedisTransport.Queues;
using Agent.Resp;
using MassTransit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.RedisTransport.Tests;

public class When_a_consumer_works_long
{
    [Theory, OnServers]
    public async Task It_keeps_its_message_beyond_the_lease(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<string>();
        var release = new TaskCompletionSource();
        void Configure(IBusRegistrationContext context, IBusFactoryConfigurator cfg) => cfg.ReceiveEndpoint("long", endpoint => endpoint.Handler<Order>(async _ =>
        {
            heard.Add("begun");
            await release.Task;
            heard.Add("done");
        }));
        await using var worker = await world.StartAsync(configure: Configure);
        await using var idle = await world.StartAsync(configure: Configure);

        await (await worker.Bus.GetSendEndpoint(new Uri("queue:long"))).Send(new Order(1));
        (await heard.NextAsync()).ShouldBe("begun");

        // Two leases.
        (await heard.IsQuietAsync(TimeSpan.FromSeconds(3))).ShouldBeTrue();
        release.SetResult();
        (await heard.NextAsync()).ShouldBe("done");
        (await heard.IsQuietAsync(TimeSpan.FromMilliseconds(300))).ShouldBeTrue();
    }

    [Theory, OnServers]
    public Task Who_lost_the_lease_can_not_acknowledge(TransportKind kind) => LosesItsLeaseAsync(kind, size: 4);

    [Theory, OnServers]
    public Task Who_lost_the_lease_can_not_acknowledge_a_large_message(TransportKind kind) => LosesItsLeaseAsync(kind, size: 2 * Listed.Largest);

    static async Task LosesItsLeaseAsync(TransportKind kind, int size)
    {
        var body = new byte[size];
        var world = await World.SharedAsync(kind);
        var server = RespOptions.Parse(world.Server!.ConnectionString);
        await using var stale = new BusConnection(server, World.Fast(world.Prefix), NullLogger.Instance, TimeProvider.System);
        await using var fresh = new BusConnection(server, World.Fast(world.Prefix), NullLogger.Instance, TimeProvider.System);
        var (held, taken) = (new Heard<Delivery>(), new Heard<Delivery>());
        using var first = Receiver(stale, held);
        await first.StartAsync(TestContext.Current.CancellationToken);
        await stale.Sender("fenced").SendAsync(new Outgoing("m", Envelope.Create([], body, TimeProvider.System.GetUtcNow(), null).Stored));
        var old = await held.NextAsync();

        // As if the process had been stopped for a while: its heartbeat is gone, it is not.
        await fresh.Commands.ExecuteAsync(RespCommand.Of("SET", stale.Keys.Alive(stale.Node), "x", "PX", 1));
        using var second = Receiver(fresh, taken);
        await second.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(async () =>
        {
            await fresh.Commands.ExecuteAsync(RespCommand.Of("DEL", stale.Keys.Alive(stale.Node)));
            return !await taken.IsQuietAsync(TimeSpan.FromMilliseconds(20));
        });
        var again = await taken.NextAsync();

        again.Redeliveries.ShouldBe(1);
        (await old.CompleteAsync()).ShouldBeFalse();
        again.Envelope.Body.ToArray().ShouldBe(body);
        (await fresh.Commands.ExecuteAsync(RespCommand.Of("LLEN", fresh.Keys.Of("fenced").Processing(second.Consumer)))).AsInt64().ShouldBe(1);
        (await fresh.Commands.ExecuteAsync(RespCommand.Of("HEXISTS", fresh.Keys.Of("fenced").Bodies, again.Entry))).AsInt64().ShouldBe(size > Listed.Largest ? 1 : 0);
        (await again.CompleteAsync()).ShouldBeTrue();
        (await fresh.Commands.ExecuteAsync(RespCommand.Of("EXISTS", fresh.Keys.Of("fenced").Bodies, fresh.Keys.Of("fenced").Ready, fresh.Keys.Of("fenced").Processing(second.Consumer)))).AsInt64().ShouldBe(0);
    }

    // Holds what it gets; both are stopped with their connections.
    static QueueReceiver Receiver(BusConnection bus, Heard<Delivery> heard) =>
        new(bus, new QueueReceiverSettings("fenced", 1, 1, Temporary: false, []), delivery =>
        {
            heard.Add(delivery);
            return Task.Delay(Timeout.Infinite, bus.Stopped).ContinueWith(_ => { }, TaskScheduler.Default);
        });
}
