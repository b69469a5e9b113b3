using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.RedisTransport.Tests;

public record Begin(Guid CorrelationId) : CorrelatedBy<Guid>;

public record Go(Guid CorrelationId) : CorrelatedBy<Guid>;

public record Overdue(Guid CorrelationId) : CorrelatedBy<Guid>;

public class Journey : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }

    public string CurrentState { get; set; } = "";

    public Guid? OverdueToken { get; set; }
}

public class JourneyMachine : MassTransitStateMachine<Journey>
{
    public JourneyMachine()
    {
        InstanceState(journey => journey.CurrentState);
        Schedule(() => Late, journey => journey.OverdueToken, schedule => schedule.Delay = TimeSpan.FromMilliseconds(500));
        Initially(When(Begun).Schedule(Late, context => new Overdue(context.Saga.CorrelationId)).TransitionTo(Waiting));
        During(Waiting,
            When(Went).Unschedule(Late).Publish(context => new Announcement($"went {context.Saga.CorrelationId}")).Finalize(),
            When(Late!.Received).Publish(context => new Announcement($"late {context.Saga.CorrelationId}")).Finalize());
        SetCompletedWhenFinalized();
    }

    public State Waiting { get; private set; } = null!;

    public Event<Begin> Begun { get; private set; } = null!;

    public Event<Go> Went { get; private set; } = null!;

    public Schedule<Journey, Overdue> Late { get; private set; } = null!;
}

public class Sizes(Heard<int> heard) : IConsumer<Batch<Order>>
{
    public Task Consume(ConsumeContext<Batch<Order>> context)
    {
        heard.Add(context.Message.Length);
        return Task.CompletedTask;
    }
}

public class When_MassTransit_features_are_used
{
    [Theory, OnServers]
    public async Task A_saga_with_a_schedule_runs(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<string>();
        await using var bus = await world.StartAsync(
            bus => bus.AddSagaStateMachine<JourneyMachine, Journey>().InMemoryRepository(),
            (_, cfg) =>
            {
                ((IRedisBusFactoryConfigurator)cfg).UseRedisMessageScheduler();
                cfg.ReceiveEndpoint("announcements", endpoint => endpoint.Handler<Announcement>(context => { heard.Add(context.Message.Text); return Task.CompletedTask; }));
            });
        var (prompt, late) = (NewId.NextGuid(), NewId.NextGuid());

        await bus.Bus.Publish(new Begin(prompt));
        await bus.Bus.Publish(new Begin(late));
        await Task.Delay(200, TestContext.Current.CancellationToken);
        await bus.Bus.Publish(new Go(prompt));

        (await heard.NextAsync(2)).ShouldBe([$"went {prompt}", $"late {late}"]);
        (await heard.IsQuietAsync(TimeSpan.FromMilliseconds(700))).ShouldBeTrue();
    }

    [Theory, OnAllTransports]
    public async Task A_batch_consumer_gets_its_batch(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<int>();
        await using var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("batches", endpoint =>
        {
            endpoint.PrefetchCount = 20;
            endpoint.Batch<Order>(batch =>
            {
                batch.MessageLimit = 10;
                batch.TimeLimit = TimeSpan.FromSeconds(5);
                batch.Consumer(() => new Sizes(heard));
            });
        }));
        var sending = await bus.Bus.GetSendEndpoint(new Uri("queue:batches"));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => sending.Send(new Order(number))));

        (await heard.NextAsync(2)).ShouldBe([10, 10]);
    }

    [Theory, OnAllTransports]
    public async Task The_concurrency_limit_holds_and_partitions_keep_their_order(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<int>();
        var (running, most) = (0, 0);
        await using var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("limited", endpoint =>
        {
            endpoint.PrefetchCount = 50;
            endpoint.ConcurrentMessageLimit = 3;
            endpoint.Handler<Order>(async context =>
            {
                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                await Task.Delay(5);
                Interlocked.Decrement(ref running);
                heard.Add(context.Message.Number);
            }, handler => handler.UsePartitioner(4, context => NewId.Empty.ToGuid()));
        }));
        var sending = await bus.Bus.GetSendEndpoint(new Uri("queue:limited"));

        for (var number = 0; number < 40; number++)
        {
            await sending.Send(new Order(number));
        }

        (await heard.NextAsync(40)).Count.ShouldBe(40);
        most.ShouldBeInRange(1, 3);
    }

    [Theory, OnAllTransports]
    public async Task Raw_json_is_understood_in_both_directions(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<(int, string?, Guid?)>();
        await using var bus = await world.StartAsync(configure: (_, cfg) =>
        {
            cfg.UseRawJsonSerializer();
            cfg.ReceiveEndpoint("raw", endpoint => endpoint.Handler<Order>(context =>
            {
                heard.Add((context.Message.Number, context.Headers.Get<string>("Tenant"), context.CorrelationId));
                return Task.CompletedTask;
            }));
        });
        var correlation = NewId.NextGuid();

        await (await bus.Bus.GetSendEndpoint(new Uri("queue:raw"))).Send(new Order(11), context =>
        {
            context.Headers.Set("Tenant", "north");
            context.CorrelationId = correlation;
        });

        (await heard.NextAsync()).ShouldBe((11, "north", correlation));
    }

    [Theory, OnAllTransports]
    public async Task Headers_and_trace_come_along(TransportKind kind)
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "MassTransit" or "test",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("test");
        var world = await World.SharedAsync(kind);
        var heard = new Heard<(string?, ActivityTraceId?)>();
        await using var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("traced", endpoint => endpoint.Handler<Order>(context =>
        {
            heard.Add((context.Headers.Get<string>("Tenant"), Activity.Current?.TraceId));
            return Task.CompletedTask;
        })));

        using var activity = source.StartActivity("goal").ShouldNotBeNull();
        await bus.Bus.Publish(new Order(1), context => context.Headers.Set("Tenant", "south"));

        (await heard.NextAsync()).ShouldBe(("south", activity.TraceId));
    }

    [Theory, OnServers]
    public async Task A_message_past_its_time_to_live_is_not_delivered(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using (var sender = await world.StartAsync())
        {
            var sending = await sender.Bus.GetSendEndpoint(new Uri("queue:stale"));
            await sending.Send(new Order(1), context => context.TimeToLive = TimeSpan.FromMilliseconds(1));
            await sending.Send(new Order(2), context => context.TimeToLive = TimeSpan.FromMinutes(1));
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        var heard = new Heard<int>();
        await using var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("stale", endpoint =>
            endpoint.Handler<Order>(context => { heard.Add(context.Message.Number); return Task.CompletedTask; })));

        (await heard.NextAsync()).ShouldBe(2);
        (await heard.IsQuietAsync(TimeSpan.FromMilliseconds(200))).ShouldBeTrue();
    }

    [Theory, OnServers]
    public async Task Probe_and_health_tell_about_the_transport(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("probed", endpoint => endpoint.Handler<Order>(_ => Task.CompletedTask)));

        var probe = System.Text.Json.JsonSerializer.Serialize(bus.Bus.GetProbeResult());

        probe.ShouldContain("\"type\":\"Redis\"", Case.Insensitive);
        probe.ShouldContain(world.Prefix);
        probe.ShouldContain("urn:message:Agent.RedisTransport.Tests:Order");
        bus.Bus.CheckHealth().Status.ShouldBe(BusHealthStatus.Healthy);
    }

    [Fact]
    public async Task Options_out_of_range_stop_the_start_and_name_themselves()
    {
        var world = await World.SharedAsync(TransportKind.Garnet);
        world.Options = options => { options.PrefetchCount = 0; options.Sweep = TimeSpan.FromMinutes(1); };

        var error = await Should.ThrowAsync<ConfigurationException>(() => world.StartAsync());

        error.Message.ShouldContain("PrefetchCount");
        error.Message.ShouldContain("Sweep");
    }

    static void InterlockedMax(ref int most, int value)
    {
        var seen = most;
        while (value > seen)
        {
            var was = Interlocked.CompareExchange(ref most, value, seen);
            if (was == seen)
            {
                return;
            }

            seen = was;
        }
    }
}
