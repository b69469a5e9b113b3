using Agent.RedisTransport.Configuration;
using Agent.Resp;
using MassTransit;
using MassTransit.Transports;

namespace Agent.RedisTransport.Transport;

sealed class RedisReceiveEndpointContext(RedisHostConfiguration host, RedisReceiveEndpointConfiguration endpoint) : BaseReceiveEndpointContext(host, endpoint)
{
    /// <summary>Formats the names of error and skipped queues.</summary>
    public ISendTopology Send => endpoint.RedisTopology.Send;

    // Connections belong to the host; nothing is kept per endpoint.
    public override void AddSendAgent(IAgent agent) => throw new NotSupportedException();

    public override void AddConsumeAgent(IAgent agent) => throw new NotSupportedException();

    public override Exception ConvertException(Exception exception, string message) =>
        exception is RespConnectionException or RespServerException ? new ConnectionException(message + exception.Message, exception) : exception;

    protected override ISendTransportProvider CreateSendTransportProvider() => new RedisTransportProvider(host, this);

    protected override IPublishTransportProvider CreatePublishTransportProvider() => new RedisTransportProvider(host, this);
}
