using Agent.RedisTransport.Configuration;
using MassTransit;
using MassTransit.Scheduling;

namespace Agent.RedisTransport.Scheduling;

/// <summary>Schedules by delaying the message in its queue, and takes it back by its token.</summary>
sealed class RedisScheduleMessageProvider(RedisHostConfiguration host, ISendEndpointProvider endpoints) : IScheduleMessageProvider
{
    public async Task<ScheduledMessage<T>> ScheduleSend<T>(Uri destinationAddress, DateTime scheduledTime, T message, IPipe<SendContext<T>> pipe, CancellationToken cancellationToken)
        where T : class
    {
        if (!MessageTypeCache<T>.IsValidMessageType)
        {
            throw new ArgumentException(MessageTypeCache<T>.InvalidMessageTypeReason, nameof(message));
        }

        var token = ScheduleTokenIdCache<T>.GetTokenId(message, NewId.NextGuid());
        var endpoint = await endpoints.GetSendEndpoint(destinationAddress);
        await endpoint.Send(message, new ScheduleSendPipe<T>(pipe, scheduledTime) { ScheduledMessageId = token }, cancellationToken);
        return new Scheduled<T>(token, scheduledTime, destinationAddress, message);
    }

    public Task CancelScheduledSend(Guid tokenId, CancellationToken cancellationToken) => Schedules.CancelAsync(host.Connection, tokenId, cancellationToken);

    public Task CancelScheduledSend(Uri destinationAddress, Guid tokenId, CancellationToken cancellationToken) => CancelScheduledSend(tokenId, cancellationToken);

    sealed record Scheduled<T>(Guid TokenId, DateTime ScheduledTime, Uri Destination, T Payload) : ScheduledMessage<T>
        where T : class;
}
