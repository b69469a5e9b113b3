using Agent.RedisTransport.Configuration;
using Agent.RedisTransport.Queues;
using Agent.RedisTransport.Topology;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.Transports;

namespace Agent.RedisTransport.Transport;

sealed class RedisBusTopology(RedisHostConfiguration host, RedisTopologyConfiguration topology) : BusTopology(host, topology);

/// <summary>The running bus's endpoints.</summary>
sealed class RedisHost(RedisHostConfiguration host) : BaseHost(host, host.RedisTopology), IHost<IRedisReceiveEndpointConfigurator>
{
    public override HostReceiveEndpointHandle ConnectReceiveEndpoint(IEndpointDefinition definition, IEndpointNameFormatter? endpointNameFormatter, Action<IReceiveEndpointConfigurator>? configureEndpoint = null) =>
        ConnectReceiveEndpoint(definition, endpointNameFormatter, (IRedisReceiveEndpointConfigurator endpoint) => configureEndpoint?.Invoke(endpoint));

    public override HostReceiveEndpointHandle ConnectReceiveEndpoint(string queueName, Action<IReceiveEndpointConfigurator>? configureEndpoint = null) =>
        ConnectReceiveEndpoint(queueName, (IRedisReceiveEndpointConfigurator endpoint) => configureEndpoint?.Invoke(endpoint));

    public HostReceiveEndpointHandle ConnectReceiveEndpoint(IEndpointDefinition definition, IEndpointNameFormatter? endpointNameFormatter = null, Action<IRedisReceiveEndpointConfigurator>? configureEndpoint = null) =>
        ConnectReceiveEndpoint(definition.GetEndpointName(endpointNameFormatter ?? DefaultEndpointNameFormatter.Instance), (IRedisReceiveEndpointConfigurator endpoint) =>
        {
            host.ApplyEndpointDefinition(endpoint, definition);
            configureEndpoint?.Invoke(endpoint);
        });

    public HostReceiveEndpointHandle ConnectReceiveEndpoint(string queueName, Action<IRedisReceiveEndpointConfigurator>? configureEndpoint = null)
    {
        LogContext.SetCurrentIfNull(host.LogContext);
        var configuration = host.CreateReceiveEndpointConfiguration(queueName, endpoint => configureEndpoint?.Invoke((IRedisReceiveEndpointConfigurator)endpoint));
        configuration.Validate().ThrowIfContainsFailure("The receive endpoint configuration is invalid:");
        ((RedisReceiveEndpointConfiguration)configuration).Build(this);
        return ReceiveEndpoints.Start(queueName);
    }

    protected override void Probe(ProbeContext context)
    {
        context.Set(new
        {
            Type = "Redis",
            host.HostAddress.Host,
            host.HostAddress.Port,
            host.Options.KeyPrefix,
            host.Options.PrefetchCount,
            host.Options.Lease,
            host.Options.DeliveryLimit,
        });
    }

    protected override IAgent[] GetAgentHandles() => [host.ConnectionAgent];
}

/// <summary>Ends the connection when the bus stops.</summary>
sealed class RedisConnectionAgent : MassTransit.Middleware.Agent
{
    public RedisConnectionAgent(BusConnection connection)
    {
        Connection = connection;
        SetReady();
    }

    public BusConnection Connection { get; }

    protected override async Task StopAgent(StopContext context)
    {
        await Connection.DisposeAsync();
        await base.StopAgent(context);
    }
}
