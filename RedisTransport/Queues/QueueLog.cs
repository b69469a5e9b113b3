using Microsoft.Extensions.Logging;

namespace Agent.RedisTransport.Queues;

static partial class QueueLog
{
    [LoggerMessage(LogLevel.Warning, "The bus's heartbeat could not be renewed: {Reason}")]
    public static partial void HeartbeatFailed(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "Queue {Queue} can not be received from: {Reason}")]
    public static partial void ReceiveFailed(this ILogger logger, string queue, string reason);

    [LoggerMessage(LogLevel.Information, "Queue {Queue} is received from again")]
    public static partial void ReceiveRecovered(this ILogger logger, string queue);

    [LoggerMessage(LogLevel.Warning, "Message {Entry} of queue {Queue} was handled, but its lease had been lost: it was or will be delivered again")]
    public static partial void LeaseLost(this ILogger logger, string entry, string queue);

    [LoggerMessage(LogLevel.Warning, "{Count} messages of queue {Queue} held by {Consumer}, which is silent, are delivered again")]
    public static partial void Redelivered(this ILogger logger, int count, string queue, string consumer);

    [LoggerMessage(LogLevel.Information, "Temporary queue {Queue} of {Node}, which is gone, was removed")]
    public static partial void TemporaryRemoved(this ILogger logger, string queue, string node);

    [LoggerMessage(LogLevel.Warning, "The sweep for silent consumers failed: {Reason}")]
    public static partial void SweepFailed(this ILogger logger, string reason);

    [LoggerMessage(LogLevel.Error, "Message {Entry} of queue {Queue} was delivered {Deliveries} times to processes that did not finish it; it goes to the error queue")]
    public static partial void Poisoned(this ILogger logger, string entry, string queue, int deliveries);

    [LoggerMessage(LogLevel.Error, "Message {Entry} of queue {Queue} can not be read and goes to the error queue: {Reason}")]
    public static partial void Unreadable(this ILogger logger, string entry, string queue, string reason);

    [LoggerMessage(LogLevel.Error, "Message {Entry} of queue {Queue} was not settled by its handler and is given back")]
    public static partial void HandlerFailed(this ILogger logger, string entry, string queue, Exception error);

    [LoggerMessage(LogLevel.Information, "Message {Entry} of queue {Queue} had expired and was dropped")]
    public static partial void Expired(this ILogger logger, string entry, string queue);

    [LoggerMessage(LogLevel.Warning, "Redis has no memory left; queue {Queue} is drained, but takes nothing new")]
    public static partial void OutOfMemory(this ILogger logger, string queue);
}
