using Agent.RedisTransport.Configuration;
using Agent.RedisTransport.Queues;
using MassTransit;
using MassTransit.Transports;

namespace Agent.RedisTransport.Transport;

/// <summary>Copies a message that failed to the error queue, with its exception; the original is acknowledged after it.</summary>
sealed class RedisErrorTransport(RedisHostConfiguration host, string queue) : IErrorTransport
{
    public Task Send(ExceptionReceiveContext context) => Moves.CopyAsync(host, context, queue, headers =>
    {
        foreach (var header in context.ExceptionHeaders.GetAll())
        {
            headers.Set(header.Key, header.Value);
        }
    });
}

/// <summary>Copies a message nobody consumed to the skipped queue.</summary>
sealed class RedisDeadLetterTransport(RedisHostConfiguration host, string queue) : IDeadLetterTransport
{
    public Task Send(ReceiveContext context, string? reason) => Moves.CopyAsync(host, context, queue, headers => headers.Set(MessageHeaders.Reason, reason ?? "Unspecified"));
}

static class Moves
{
    public static Task CopyAsync(RedisHostConfiguration host, ReceiveContext context, string queue, Action<SendHeaders> add)
    {
        var delivery = context.GetPayload<Delivery>();
        var bus = host.Connection;
        var envelope = delivery.Envelope.With(headers =>
        {
            headers.Set(TransportHeaders.Deliveries, (delivery.Redeliveries + 1).ToString());
            headers.Set(TransportHeaders.SourceQueue, delivery.Queue);
            add(headers);
        });
        return bus.Sender(queue).SendAsync(new Outgoing(bus.NewId(), envelope.Stored));
    }
}
