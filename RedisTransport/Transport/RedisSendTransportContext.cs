using Agent.RedisTransport.Configuration;
using Agent.RedisTransport.Queues;
using Agent.RedisTransport.Scheduling;
using MassTransit;
using MassTransit.Context;
using MassTransit.Middleware;
using MassTransit.Transports;

namespace Agent.RedisTransport.Transport;

/// <summary>Turns a send into a stored message and gives it to its destination.</summary>
sealed class RedisSendTransportContext(RedisHostConfiguration host, ReceiveEndpointContext endpoint, IDestination destination)
    : BaseSendTransportContext(host, endpoint.Serialization), SendTransportContext<PipeContext>
{
    public override string EntityName => destination.Name;

    public override string ActivitySystem => "redis";

    public override async Task<SendContext<T>> CreateSendContext<T>(T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken)
    {
        var context = new MessageSendContext<T>(message, cancellationToken);
        await pipe.Send(context);
        return context;
    }

    public Task<SendContext<T>> CreateSendContext<T>(PipeContext context, T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken)
        where T : class => CreateSendContext(message, pipe, cancellationToken);

    public Task Send(IPipe<PipeContext> pipe, CancellationToken cancellationToken = default) => pipe.Send(new Context(cancellationToken));

    public async Task Send<T>(PipeContext transportContext, SendContext<T> sendContext)
        where T : class
    {
        var context = (MessageSendContext<T>)sendContext;
        context.CancellationToken.ThrowIfCancellationRequested();
        var bus = host.Connection;
        var now = bus.Clock.GetUtcNow();
        var due = sendContext.Delay > TimeSpan.Zero ? now + sendContext.Delay : null;
        var expires = sendContext.TimeToLive > TimeSpan.Zero ? (due ?? now) + sendContext.TimeToLive : null;
        var envelope = Envelope.Create(TransportHeaders.Of(sendContext), context.Body.GetBytes(), now, expires);
        if (due is not null && sendContext.ScheduledMessageId is { } token)
        {
            await Schedules.SendAsync(bus, destination, token, envelope, due.Value, sendContext.CancellationToken);
            return;
        }

        await destination.SendAsync(new Outgoing(bus.NewId(), envelope.Stored, due), sendContext.CancellationToken);
    }

    public void Probe(ProbeContext context)
    {
        var scope = context.CreateScope("sendTransport");
        scope.Add("destination", destination.Name);
    }

    sealed class Context(CancellationToken cancellationToken) : BasePipeContext(cancellationToken);
}
