using MassTransit;

namespace Agent.Examples;

/// <summary>Request: somebody orders. Answered with <see cref="OrderTaken"/>.</summary>
public sealed record PlaceOrder(Guid CorrelationId, string Article) : CorrelatedBy<Guid>;

/// <summary>Response: the order is known, and may be paid.</summary>
public sealed record OrderTaken(Guid CorrelationId) : CorrelatedBy<Guid>;

/// <summary>Event: the money came.</summary>
public sealed record OrderPaid(Guid CorrelationId) : CorrelatedBy<Guid>;

/// <summary>Event: the parcel left.</summary>
public sealed record OrderShipped(Guid CorrelationId, string Article) : CorrelatedBy<Guid>;

/// <summary>Command: pack it. Sent by the saga, handled by <see cref="ShipConsumer"/>.</summary>
public sealed record ShipOrder(Guid CorrelationId, string Article) : CorrelatedBy<Guid>;

/// <summary>One order's state.</summary>
public sealed class Order : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }

    public string CurrentState { get; set; } = "";

    public string Article { get; set; } = "";
}

/// <summary>placed → paid → shipped.</summary>
public sealed class OrderSaga : MassTransitStateMachine<Order>
{
    public OrderSaga()
    {
        InstanceState(order => order.CurrentState);
        Initially(When(Placed)
            .Then(context => context.Saga.Article = context.Message.Article)
            .Respond(context => new OrderTaken(context.Saga.CorrelationId))
            .TransitionTo(WaitingForMoney));
        During(WaitingForMoney, When(Paid)
            .Publish(context => new ShipOrder(context.Saga.CorrelationId, context.Saga.Article))
            .TransitionTo(Packing));
        During(Packing, When(Shipped)
            .Finalize());
        SetCompletedWhenFinalized();
    }

    public State WaitingForMoney { get; private set; } = null!;

    public State Packing { get; private set; } = null!;

    public Event<PlaceOrder> Placed { get; private set; } = null!;

    public Event<OrderPaid> Paid { get; private set; } = null!;

    public Event<OrderShipped> Shipped { get; private set; } = null!;
}

/// <summary>Packs; fails the first time, so that the retry is seen.</summary>
public sealed class ShipConsumer(Counter counter) : IConsumer<ShipOrder>
{
    public Task Consume(ConsumeContext<ShipOrder> context)
    {
        if (counter.Next() == 1)
        {
            throw new InvalidOperationException("The tape ran out.");
        }

        Console.WriteLine($"packed {context.Message.Article}, at try {context.GetRetryAttempt() + 1}");
        return context.Publish(new OrderShipped(context.Message.CorrelationId, context.Message.Article));
    }
}

/// <summary>Tells the example that it is over.</summary>
public sealed class ShippedConsumer(Arrivals arrivals) : IConsumer<OrderShipped>
{
    public Task Consume(ConsumeContext<OrderShipped> context)
    {
        arrivals.Add(context.Message);
        return Task.CompletedTask;
    }
}

/// <summary>Counts.</summary>
public sealed class Counter
{
    int _count;

    public int Next() => Interlocked.Increment(ref _count);
}
