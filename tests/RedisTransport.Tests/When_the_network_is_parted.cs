using Agent.Resp;
using Agent.TestKit;
using MassTransit;

namespace Agent.RedisTransport.Tests;

public class When_the_network_is_parted
{
    static readonly TimeSpan Length = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Thirty_seconds_without_a_packet_lose_nothing_and_the_bus_goes_on()
    {
        // Both servers at once: the test is as long as the partition.
        TransportKind[] kinds = await SharedServers.FindAsync(ServerKind.Redis) is null ? [TransportKind.Garnet] : [TransportKind.Garnet, TransportKind.Redis];
        await Task.WhenAll(kinds.Select(SurviveAsync));
    }

    static async Task SurviveAsync(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var partition = new Partition(world.Server!.Port);
        var (heard, heldUp) = (new Heard<int>(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        world.Through = partition.ConnectionString;
        await using var parted = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("steady", endpoint => endpoint.Handler<Order>(async context =>
        {
            heard.Add(context.Message.Number);
            await (context.Message.Number == 0 ? heldUp.Task : Task.CompletedTask);
        })));
        world.Through = null;
        await using var other = await world.StartAsync();
        var fromHere = await parted.Bus.GetSendEndpoint(new Uri("queue:steady"));
        var fromThere = await other.Bus.GetSendEndpoint(new Uri("queue:steady"));
        await fromThere.Send(new Order(0));
        await heard.NextAsync();

        partition.Begin();
        var sending = Enumerable.Range(1, 20).Select(number => AcceptedAsync(fromHere, number)).ToList();
        for (var number = 100; number < 200; number++)
        {
            await fromThere.Send(new Order(number));
        }

        // Its message is handled meanwhile, and can not be acknowledged.
        heldUp.SetResult();
        await Task.Delay(Length, TestContext.Current.CancellationToken);
        partition.End();

        var accepted = (await Task.WhenAll(sending)).OfType<int>().Concat(Enumerable.Range(100, 100)).ToList();
        await Eventually.HoldsAsync(() => Task.FromResult(accepted.All(heard.Seen().Contains)), TimeSpan.FromSeconds(60));
        await using var inspector = new Inspecting(world);
        await Eventually.HoldsAsync(async () => await inspector.Queues.ShowAsync("steady") is { Ready: 0, Leased: 0 }, TimeSpan.FromSeconds(60));
        await fromHere.Send(new Order(1000));
        await Eventually.HoldsAsync(() => Task.FromResult(heard.Seen().Contains(1000)), TimeSpan.FromSeconds(60));
        await Eventually.HoldsAsync(() => Task.FromResult(parted.Bus.CheckHealth().Status == BusHealthStatus.Healthy), TimeSpan.FromSeconds(60));
    }

    /// <summary>The number, if the send returned; null if it said that it could not.</summary>
    static async Task<int?> AcceptedAsync(ISendEndpoint endpoint, int number)
    {
        try
        {
            await endpoint.Send(new Order(number));
            return number;
        }
        catch (RespConnectionException)
        {
            return null;
        }
    }
}
