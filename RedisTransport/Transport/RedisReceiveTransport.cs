using Agent.RedisTransport.Configuration;
using Agent.RedisTransport.Queues;
using MassTransit;
using MassTransit.Transports;

namespace Agent.RedisTransport.Transport;

/// <summary>An endpoint's way in.</summary>
sealed class RedisReceiveTransport(RedisHostConfiguration host, RedisReceiveEndpointContext context, Func<QueueReceiverSettings> settings) : IReceiveTransport
{
    public ReceiveTransportHandle Start()
    {
        var current = settings();
        IErrorTransport errors = new RedisErrorTransport(host, context.Send.ErrorQueueNameFormatter.FormatErrorQueueName(current.Queue));
        context.AddOrUpdatePayload(() => errors, _ => errors);
        IDeadLetterTransport skipped = new RedisDeadLetterTransport(host, context.Send.DeadLetterQueueNameFormatter.FormatDeadLetterQueueName(current.Queue));
        context.AddOrUpdatePayload(() => skipped, _ => skipped);
        return new RedisReceiveAgent(host, context, current);
    }

    public void Probe(ProbeContext probe)
    {
        var scope = probe.CreateScope("receiveTransport");
        scope.Add("type", "Redis");
        scope.Set(new { Address = context.InputAddress, context.PrefetchCount, context.ConcurrentMessageLimit, settings().Temporary, settings().Topics });
    }

    public ConnectHandle ConnectReceiveObserver(IReceiveObserver observer) => context.ConnectReceiveObserver(observer);

    public ConnectHandle ConnectReceiveTransportObserver(IReceiveTransportObserver observer) => context.ConnectReceiveTransportObserver(observer);

    public ConnectHandle ConnectPublishObserver(IPublishObserver observer) => context.ConnectPublishObserver(observer);

    public ConnectHandle ConnectSendObserver(ISendObserver observer) => context.ConnectSendObserver(observer);
}
