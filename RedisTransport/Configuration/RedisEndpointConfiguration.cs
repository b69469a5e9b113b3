using Agent.RedisTransport.Topology;
using MassTransit.Configuration;

namespace Agent.RedisTransport.Configuration;

/// <summary>What bus and endpoints both configure.</summary>
class RedisEndpointConfiguration : EndpointConfiguration
{
    public RedisEndpointConfiguration(RedisTopologyConfiguration topology)
        : base(topology) => RedisTopology = topology;

    RedisEndpointConfiguration(IEndpointConfiguration parent, RedisTopologyConfiguration topology, bool isBusEndpoint)
        : base(parent, topology, isBusEndpoint) => RedisTopology = topology;

    public RedisTopologyConfiguration RedisTopology { get; }

    public RedisEndpointConfiguration CreateEndpointConfiguration(bool isBusEndpoint = false) =>
        new(this, RedisTopology.ForEndpoint(), isBusEndpoint);
}
