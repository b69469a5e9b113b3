using Agent.Resp;
using MassTransit;

namespace Agent.RedisTransport.Tests;

public class When_the_server_is_in_trouble
{
    [Theory, OnServers]
    public async Task A_restart_loses_nothing_and_the_bus_goes_on(TransportKind kind)
    {
        var world = await World.OwnAsync(kind, kind == TransportKind.Redis ? ["--appendfsync", "always"] : []);
        await using var server = world.Server!;
        var heard = new Heard<int>();
        await using var bus = await StartAsync(world, heard);
        var sending = await bus.Bus.GetSendEndpoint(new Uri("queue:steady"));
        var numbers = 0;
        var stop = false;
        var producing = Task.Run(async () =>
        {
            while (!Volatile.Read(ref stop))
            {
                await sending.Send(new Order(numbers));
                numbers++;
            }
        }, TestContext.Current.CancellationToken);
        await heard.NextAsync(50);

        await server.KillAndRestartAsync();
        await heard.NextAsync(50);
        Volatile.Write(ref stop, true);
        await producing;

        await using var inspector = new Inspecting(world);
        await Eventually.HoldsAsync(async () => await inspector.Queues.ShowAsync("steady") is { Ready: 0, Leased: 0 });
        var all = new HashSet<int>(heard.Seen());
        Enumerable.Range(0, numbers).Where(number => !all.Contains(number)).ShouldBeEmpty();
    }

    [Theory, OnServers]
    public async Task Killed_connections_lose_nothing(TransportKind kind)
    {
        var world = await World.OwnAsync(kind);
        await using var server = world.Server!;
        var heard = new Heard<int>();
        await using var bus = await StartAsync(world, heard);
        var sending = await bus.Bus.GetSendEndpoint(new Uri("queue:steady"));
        await using var killer = new RespConnection(RespOptions.Parse(server.ConnectionString));

        for (var number = 0; number < 500; number++)
        {
            await sending.Send(new Order(number));
            if (number % 100 == 50)
            {
                await killer.ExecuteAsync(RespCommand.Of("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"));
                await killer.ExecuteAsync(RespCommand.Of("CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "yes"));
            }
        }

        await using var inspector = new Inspecting(world);
        await Eventually.HoldsAsync(async () => await inspector.Queues.ShowAsync("steady") is { Ready: 0, Leased: 0 });
        new HashSet<int>(heard.Seen()).Count.ShouldBe(500);
    }

    [Theory, OnServers]
    public async Task A_silent_server_is_waited_for(TransportKind kind)
    {
        var world = await World.OwnAsync(kind);
        await using var server = world.Server!;
        var heard = new Heard<int>();
        await using var bus = await StartAsync(world, heard);
        var sending = await bus.Bus.GetSendEndpoint(new Uri("queue:steady"));
        await sending.Send(new Order(0));
        await heard.NextAsync();

        // Longer than a command waits, longer than the lease; bus connections are given up and made anew.
        await server.FreezeAsync();
        var sent = sending.Send(new Order(1));
        (await heard.IsQuietAsync(TimeSpan.FromSeconds(7))).ShouldBeTrue();
        await server.ThawAsync();
        await sent;

        (await heard.NextAsync()).ShouldBe(1);

        // Its endpoints come back each in its own time.
        await Eventually.HoldsAsync(() => Task.FromResult(bus.Bus.CheckHealth().Status == BusHealthStatus.Healthy));
    }

    [Fact]
    public async Task A_full_memory_refuses_what_is_new_and_lets_the_queue_be_drained()
    {
        var world = await World.OwnAsync(TransportKind.Redis, "--maxmemory", "16mb", "--maxmemory-policy", "noeviction");
        await using var server = world.Server!;
        var (heard, open) = (new Heard<int>(), new TaskCompletionSource());
        await using var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("full", endpoint =>
        {
            endpoint.PrefetchCount = 4;
            endpoint.Handler<Announcement>(async _ => { await open.Task; heard.Add(1); });
        }));
        var sending = await bus.Bus.GetSendEndpoint(new Uri("queue:full"));
        var text = new string('x', 20_000);
        var accepted = 0;
        var refused = await Should.ThrowAsync<RespServerException>(async () =>
        {
            while (accepted < 10_000)
            {
                await sending.Send(new Announcement(text));
                accepted++;
            }
        });
        refused.Message.ShouldStartWith("OOM");

        // Longer than the lease: its heartbeat must not need memory.
        (await heard.IsQuietAsync(TimeSpan.FromSeconds(2))).ShouldBeTrue();
        open.SetResult();
        await heard.NextAsync(accepted);

        await using var inspector = new Inspecting(world);
        await Eventually.HoldsAsync(async () => await inspector.Queues.ShowAsync("full") is { Ready: 0, Leased: 0 });
        await sending.Send(new Announcement("there is room again"));
        await heard.NextAsync();
    }

    [Theory, OnServers]
    public async Task A_missing_server_is_named_and_the_bus_starts_when_it_comes(TransportKind kind)
    {
        var world = await World.OwnAsync(kind);
        await using var server = world.Server!;
        await server.KillAsync();
        var heard = new Heard<int>();
        var starting = StartAsync(world, heard);
        await Task.Delay(500, TestContext.Current.CancellationToken);
        starting.IsCompleted.ShouldBeFalse();

        await server.RestartAsync(TestContext.Current.CancellationToken);
        await using var bus = await starting;
        await (await bus.Bus.GetSendEndpoint(new Uri("queue:steady"))).Send(new Order(1));

        (await heard.NextAsync()).ShouldBe(1);
    }

    static Task<RunningBus> StartAsync(World world, Heard<int> heard) => world.StartAsync(configure: (_, cfg) =>
        cfg.ReceiveEndpoint("steady", endpoint => endpoint.Handler<Order>(context => { heard.Add(context.Message.Number); return Task.CompletedTask; })));
}
