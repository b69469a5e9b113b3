using Agent.RedisTransport.Queues;
using MassTransit;
using MassTransit.Serialization;
using MassTransit.Transports;

namespace Agent.RedisTransport.Transport;

sealed class RedisReceiveContext(Delivery delivery, RedisReceiveEndpointContext endpoint) : BaseReceiveContext(delivery.Redeliveries > 0, endpoint, delivery)
{
    public override MessageBody Body { get; } = new MemoryMessageBody(delivery.Envelope.Body);

    protected override IHeaderProvider HeaderProvider { get; } = new EnvelopeHeaders(delivery.Envelope);
}

/// <summary>Acknowledges, or gives back.</summary>
sealed class RedisReceiveLock(Delivery delivery, Uri inputAddress) : ReceiveLockContext
{
    static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    public Task Complete() => delivery.CompleteAsync();

    public Task Faulted(Exception exception)
    {
        var pause = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(delivery.Redeliveries, 10)));
        return delivery.ReturnAsync(pause < LongestPause ? pause : LongestPause);
    }

    public Task ValidateLockStatus() =>
        delivery.IsHeld ? Task.CompletedTask : throw new TransportException(inputAddress, $"The lease of message {delivery.Entry} ran out before it was begun: it is left to others.");
}
