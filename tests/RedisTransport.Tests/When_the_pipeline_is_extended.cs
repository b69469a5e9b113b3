using System.Collections.Concurrent;
using MassTransit;
using MassTransit.Courier.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.RedisTransport.Tests;

/// <summary>What MassTransit offers around delivery, and expects a transport to call.</summary>
public class When_the_pipeline_is_extended
{
    [Theory, OnAllTransports]
    public async Task Observers_see_each_send_publish_receive_consume_and_fault(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var seen = new Sightings();
        await using var bus = await world.StartAsync(configure: (_, cfg) => cfg.ReceiveEndpoint("watched", endpoint => endpoint.Handler<Order>(context =>
            context.Message.Number == 2 ? throw new InvalidOperationException("no") : Task.CompletedTask)));
        bus.Bus.ConnectSendObserver(seen);
        bus.Bus.ConnectPublishObserver(seen);
        bus.Bus.ConnectReceiveObserver(seen);
        bus.Bus.ConnectConsumeObserver(seen);

        await (await bus.Bus.GetSendEndpoint(new Uri("queue:watched"))).Send(new Order(1));
        await bus.Bus.Publish(new Order(2));

        await Eventually.HoldsAsync(() => Task.FromResult(seen.Count("received") >= 1 && seen.Count("consume fault") == 1));
        seen.Count("sending").ShouldBeGreaterThanOrEqualTo(1);
        seen.Count("sent").ShouldBeGreaterThanOrEqualTo(1);
        seen.Count("publishing").ShouldBeGreaterThanOrEqualTo(1);
        seen.Count("published").ShouldBeGreaterThanOrEqualTo(1);
        seen.Count("receiving").ShouldBe(2);
        seen.Count("consuming").ShouldBe(2);
        seen.Count("consumed").ShouldBe(1);
    }

    [Theory, OnAllTransports]
    public async Task An_endpoint_connected_to_a_running_bus_receives_until_it_is_stopped(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<int>();
        await using var bus = await world.StartAsync();

        var handle = bus.Bus.ConnectReceiveEndpoint("late-comer", endpoint => endpoint.Handler<Order>(context => { heard.Add(context.Message.Number); return Task.CompletedTask; }));
        await handle.Ready.WaitAsync(TimeSpan.FromSeconds(30));
        await bus.Bus.Publish(new Order(1));
        (await heard.NextAsync()).ShouldBe(1);

        await handle.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        await bus.Bus.Publish(new Order(2));
        (await heard.IsQuietAsync(TimeSpan.FromMilliseconds(300))).ShouldBeTrue();
    }

    [Theory, OnAllTransports]
    public async Task The_outbox_sends_only_what_the_try_that_worked_wanted(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var heard = new Heard<string>();
        var tries = 0;
        await using var bus = await world.StartAsync(configure: (context, cfg) =>
        {
            cfg.ReceiveEndpoint("trying", endpoint =>
            {
                endpoint.UseMessageRetry(retry => retry.Immediate(3));
                endpoint.UseInMemoryOutbox(context);
                endpoint.Handler<Order>(async order =>
                {
                    await order.Publish(new Announcement($"try {++tries}"));
                    if (tries < 3)
                    {
                        throw new InvalidOperationException("not yet");
                    }
                });
            });
            cfg.ReceiveEndpoint("hearing", endpoint => endpoint.Handler<Announcement>(news => { heard.Add(news.Message.Text); return Task.CompletedTask; }));
        });

        await (await bus.Bus.GetSendEndpoint(new Uri("queue:trying"))).Send(new Order(1));

        (await heard.NextAsync()).ShouldBe("try 3");
        (await heard.IsQuietAsync(TimeSpan.FromMilliseconds(200))).ShouldBeTrue();
    }

    [Theory, OnAllTransports]
    public async Task A_routing_slip_that_fails_is_compensated_backwards(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        var (done, ended) = (new Heard<string>(), new Heard<string>());
        await using var bus = await world.StartAsync(
            bus =>
            {
                bus.AddSingleton(done);
                bus.AddActivity<Reserve, Seat, Seat>();
                bus.AddExecuteActivity<Refuse, Seat>();
            },
            (_, cfg) => cfg.ReceiveEndpoint("slips", endpoint => endpoint.Handler<RoutingSlipFaulted>(slip => { ended.Add($"{slip.Message.TrackingNumber}"); return Task.CompletedTask; })));
        var reserve = new Uri("queue:" + KebabCaseEndpointNameFormatter.Instance.ExecuteActivity<Reserve, Seat>());
        var builder = new RoutingSlipBuilder(NewId.NextGuid());
        builder.AddActivity("first", reserve, new { Number = 1 });
        builder.AddActivity("second", reserve, new { Number = 2 });
        builder.AddActivity("third", new Uri("queue:" + KebabCaseEndpointNameFormatter.Instance.ExecuteActivity<Refuse, Seat>()), new { Number = 3 });
        var slip = builder.Build();

        await bus.Bus.Execute(slip);

        (await ended.NextAsync()).ShouldBe($"{slip.TrackingNumber}");
        (await done.NextAsync(5)).ShouldBe(["reserved 1", "reserved 2", "refused 3", "given back 2", "given back 1"]);
    }

    /// <summary>Counts what observers are told.</summary>
    sealed class Sightings : ISendObserver, IPublishObserver, IReceiveObserver, IConsumeObserver
    {
        readonly ConcurrentQueue<string> _seen = new();

        public int Count(string what) => _seen.Count(one => one == what);

        public Task PreSend<T>(SendContext<T> context)
            where T : class => Note("sending");

        public Task PostSend<T>(SendContext<T> context)
            where T : class => Note("sent");

        public Task SendFault<T>(SendContext<T> context, Exception exception)
            where T : class => Note("send fault");

        public Task PrePublish<T>(PublishContext<T> context)
            where T : class => Note("publishing");

        public Task PostPublish<T>(PublishContext<T> context)
            where T : class => Note("published");

        public Task PublishFault<T>(PublishContext<T> context, Exception exception)
            where T : class => Note("publish fault");

        public Task PreReceive(ReceiveContext context) => Note("receiving");

        public Task PostReceive(ReceiveContext context) => Note("received");

        public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
            where T : class => Note("consumed by " + consumerType);

        public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
            where T : class => Note("fault of " + consumerType);

        public Task ReceiveFault(ReceiveContext context, Exception exception) => Note("receive fault");

        public Task PreConsume<T>(ConsumeContext<T> context)
            where T : class => Note("consuming");

        public Task PostConsume<T>(ConsumeContext<T> context)
            where T : class => Note("consumed");

        public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
            where T : class => Note("consume fault");

        Task Note(string what)
        {
            _seen.Enqueue(what);
            return Task.CompletedTask;
        }
    }
}

public record Seat
{
    public int Number { get; init; }
}

public class Reserve(Heard<string> done) : IActivity<Seat, Seat>
{
    public Task<ExecutionResult> Execute(ExecuteContext<Seat> context)
    {
        done.Add($"reserved {context.Arguments.Number}");
        return Task.FromResult(context.Completed(new Seat { Number = context.Arguments.Number }));
    }

    public Task<CompensationResult> Compensate(CompensateContext<Seat> context)
    {
        done.Add($"given back {context.Log.Number}");
        return Task.FromResult(context.Compensated());
    }
}

public class Refuse(Heard<string> done) : IExecuteActivity<Seat>
{
    public Task<ExecutionResult> Execute(ExecuteContext<Seat> context)
    {
        done.Add($"refused {context.Arguments.Number}");
        return Task.FromResult(context.Faulted());
    }
}
