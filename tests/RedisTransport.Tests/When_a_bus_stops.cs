using Agent.Resp;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.RedisTransport.Tests;

public class When_a_bus_stops
{
    [Theory, OnAllTransports]
    public async Task What_is_being_handled_is_finished_first(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<string>();
        var release = new TaskCompletionSource();
        var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("drained", endpoint => endpoint.Handler<Order>(async _ =>
        {
            heard.Add("begun");
            await release.Task;
            heard.Add("done");
        })));
        await (await bus.Bus.GetSendEndpoint(new Uri("queue:drained"))).Send(new Order(1));
        await heard.NextAsync();

        var stopping = bus.StopAsync();
        stopping.IsCompleted.ShouldBeFalse();
        release.SetResult();
        await stopping;

        (await heard.NextAsync()).ShouldBe("done");
        await bus.DisposeAsync();
        if (kind != TransportKind.Memory)
        {
            await using var inspector = new Inspecting(world);
            (await inspector.Queues.ShowAsync("drained")).ShouldSatisfyAllConditions(queue => queue.Ready.ShouldBe(0), queue => queue.Leased.ShouldBe(0), queue => queue.Consumers.ShouldBe(0));
        }
    }

    [Theory, OnServers]
    public async Task What_was_fetched_and_not_begun_goes_back_in_order_and_uncounted(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var release = new TaskCompletionSource();
        var begun = new Heard<int>();
        var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("returned", endpoint =>
        {
            endpoint.PrefetchCount = 16;
            endpoint.ConcurrentMessageLimit = 1;
            endpoint.Handler<Order>(async context =>
            {
                begun.Add(context.Message.Number);
                await release.Task;
            });
        }));
        var sending = await bus.Bus.GetSendEndpoint(new Uri("queue:returned"));
        for (var number = 0; number < 10; number++)
        {
            await sending.Send(new Order(number));
        }

        (await begun.NextAsync()).ShouldBe(0);
        await using var inspector = new Inspecting(world);
        await Eventually.HoldsAsync(async () => (await inspector.Queues.ShowAsync("returned")).Leased == 10);
        var stopping = bus.StopAsync();
        await Eventually.HoldsAsync(async () => (await inspector.Queues.ShowAsync("returned")).Ready == 9);
        release.SetResult();
        await stopping;
        await bus.DisposeAsync();

        var heard = new Heard<(int, bool)>();
        await using var next = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("returned", endpoint =>
        {
            endpoint.ConcurrentMessageLimit = 1;
            endpoint.Handler<Order>(context => { heard.Add((context.Message.Number, context.ReceiveContext.Redelivered)); return Task.CompletedTask; });
        }));
        (await heard.NextAsync(9)).ShouldBe(Enumerable.Range(1, 9).Select(number => (number, false)));
    }

    [Theory, OnServers]
    public async Task Its_temporary_queues_go_and_the_durable_ones_stay(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var inspector = new Inspecting(world);
        var bus = await world.StartAsync(bus => bus.AddRequestClient<Ask>(), (_, cfg) =>
            cfg.ReceiveEndpoint("answers", endpoint => endpoint.Handler<Ask>(context => context.RespondAsync(new Answer(1)))));
        using (var scope = bus.Services.CreateScope())
        {
            await scope.ServiceProvider.GetRequiredService<IRequestClient<Ask>>().GetResponse<Answer>(new Ask(1));
        }

        await bus.DisposeAsync();

        var keys = await KeysAsync(inspector.Redis, world.Prefix);
        keys.ShouldNotContain(key => key.Contains("_bus_", StringComparison.Ordinal));
        keys.ShouldContain($"{world.Prefix}:queues");
        keys.ShouldNotContain(key => key.Contains(":alive:", StringComparison.Ordinal) || key.Contains(":receivers:", StringComparison.Ordinal) || key.EndsWith(":nodes", StringComparison.Ordinal));
        (await inspector.Queues.ListAsync()).Select(queue => queue.Name).ShouldBe(["answers"]);
    }

    [Theory, OnServers]
    public async Task It_can_be_started_again(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<int>();
        await using var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("again", endpoint =>
            endpoint.Handler<Order>(context => { heard.Add(context.Message.Number); return Task.CompletedTask; })));

        await bus.Bus.StopAsync(TestContext.Current.CancellationToken);
        await bus.Bus.StartAsync(TestContext.Current.CancellationToken);
        await (await bus.Bus.GetSendEndpoint(new Uri("queue:again"))).Send(new Order(9));

        (await heard.NextAsync()).ShouldBe(9);
    }

    static async Task<string[]> KeysAsync(RespConnection redis, string prefix)
    {
        var keys = (await redis.ExecuteAsync(RespCommand.Of("KEYS", $"*{prefix}:*"))).AsArray();
        return [.. keys.Select(key => key.AsString()!)];
    }
}
