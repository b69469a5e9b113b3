using Agent.RedisTransport.Queues;
using Agent.Resp;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.RedisTransport.Tests;

public class When_messages_are_small_and_large
{
    const int Many = 270;

    [Theory, OnServers]
    public async Task They_come_in_the_order_they_were_sent_and_leave_nothing_behind(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var bus = Connect(world);
        var heard = new Heard<int>();
        using var receiver = new QueueReceiver(bus, new QueueReceiverSettings("mixed", 8, 1, Temporary: false, []), async delivery =>
        {
            heard.Add(delivery.Envelope.Body.Length);
            await delivery.CompleteAsync();
        });
        int[] sizes = [.. Enumerable.Range(0, 60).Select(number => number % 3 == 0 ? Listed.Largest + number : number)];

        await Task.WhenAll(sizes.Select(size => bus.Sender("mixed").SendAsync(Message(bus, size))));
        await receiver.StartAsync(TestContext.Current.CancellationToken);

        (await heard.NextAsync(sizes.Length)).ShouldBe(sizes);
        await receiver.StopTakingAsync();
        await receiver.EndAsync();
        var keys = bus.Keys.Of("mixed");
        (await bus.Commands.ExecuteAsync(RespCommand.Of("EXISTS", keys.Ready, keys.Bodies, keys.Processing(receiver.Consumer)))).AsInt64().ShouldBe(0);
    }

    [Theory, OnServers]
    public async Task What_was_not_begun_goes_back_in_its_order_when_the_receiver_stops(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var bus = Connect(world);
        var begun = new Heard<int>();
        var release = new TaskCompletionSource();
        using var receiver = new QueueReceiver(bus, new QueueReceiverSettings("stopped", 8, 1, Temporary: false, []), async delivery =>
        {
            begun.Add(delivery.Envelope.Body.Length);
            await release.Task;
            await delivery.CompleteAsync();
        });
        int[] sizes = [10, Listed.Largest + 1, 11, Listed.Largest + 2, 12];
        await Task.WhenAll(sizes.Select(size => bus.Sender("stopped").SendAsync(Message(bus, size))));
        await receiver.StartAsync(TestContext.Current.CancellationToken);
        await begun.NextAsync();

        await receiver.StopTakingAsync();
        release.SetResult();
        await receiver.IdleAsync(TestContext.Current.CancellationToken);
        await receiver.EndAsync();

        await using var inspector = new Inspecting(world);
        var left = new List<int>();
        await foreach (var (_, stored) in WaitingMessages.ReadAsync(inspector.Redis, bus.Keys.Of("stopped"), TestContext.Current.CancellationToken))
        {
            left.Add(Envelope.Read(stored).Body.Length);
        }

        left.ShouldBe(sizes[1..]);
    }

    [Theory, OnServers]
    public async Task Many_are_looked_at_page_by_page_and_sent_back(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var bus = Connect(world);
        await Task.WhenAll(Enumerable.Range(0, Many).Select(number => bus.Sender("many_error").SendAsync(Message(bus, number % 100 == 7 ? Listed.Largest + number : number))));
        await using var inspector = new Inspecting(world);

        (await inspector.Queues.PeekAsync("many_error", new MessageFilter())).Count.ShouldBe(Many);
        (await inspector.Queues.RequeueAsync("many")).Messages.Count.ShouldBe(Many);

        (await inspector.Queues.ShowAsync("many_error")).Ready.ShouldBe(0);
        (await inspector.Queues.ShowAsync("many")).Ready.ShouldBe(Many);
        (await inspector.Queues.PurgeAsync("many")).Messages.Count.ShouldBe(Many);
        (await bus.Commands.ExecuteAsync(RespCommand.Of("EXISTS", bus.Keys.Of("many").Ready, bus.Keys.Of("many").Bodies, bus.Keys.Of("many_error").Bodies))).AsInt64().ShouldBe(0);
    }

    static BusConnection Connect(World world) => new(RespOptions.Parse(world.Server!.ConnectionString), World.Fast(world.Prefix), NullLogger.Instance, TimeProvider.System);

    static Outgoing Message(BusConnection bus, int size) => new(bus.NewId(), Envelope.Create([], new byte[size], TimeProvider.System.GetUtcNow(), null).Stored);
}
