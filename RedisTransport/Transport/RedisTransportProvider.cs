using Agent.RedisTransport.Configuration;
using Agent.RedisTransport.Topology;
using MassTransit;
using MassTransit.Transports;

namespace Agent.RedisTransport.Transport;

/// <summary>Makes the ways out of an endpoint: to a queue or to a topic.</summary>
sealed class RedisTransportProvider(RedisHostConfiguration host, ReceiveEndpointContext endpoint) : ISendTransportProvider, IPublishTransportProvider
{
    public Uri NormalizeAddress(Uri address) => RedisAddress.Parse(host.HostAddress, address).ToUri();

    public Task<ISendTransport> GetSendTransport(Uri address) => Task.FromResult<ISendTransport>(To(RedisAddress.Parse(host.HostAddress, address)));

    public Task<ISendTransport> GetPublishTransport<T>(Uri? publishAddress)
        where T : class
    {
        // Makes the topology known, with the topics of what the type implements.
        host.RedisTopology.Publish<T>();
        return GetSendTransport(publishAddress ?? throw new ArgumentException($"{TypeCache<T>.ShortName} has no publish address.", nameof(publishAddress)));
    }

    SendTransport<PipeContext> To(RedisAddress address)
    {
        TransportLogMessages.CreateSendTransport(address.ToUri());
        var destination = address.IsTopic
            ? new TopicDestination(host, address.Name)
            : (IDestination)new QueueDestination(host, address.Name, address.IsTemporary);
        return new SendTransport<PipeContext>(new RedisSendTransportContext(host, endpoint, destination));
    }
}
