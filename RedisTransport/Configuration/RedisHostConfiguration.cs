using Agent.RedisTransport.Queues;
using Agent.RedisTransport.Topology;
using Agent.RedisTransport.Transport;
using Agent.Resp;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Transports;
using MassTransit.Util;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.RedisTransport.Configuration;

/// <summary>The server, and the endpoints on it.</summary>
sealed class RedisHostConfiguration : BaseHostConfiguration<RedisReceiveEndpointConfiguration, IRedisReceiveEndpointConfigurator>
{
    readonly RedisBusConfiguration _bus;
    readonly Recycle<RedisConnectionAgent> _connection;

    public RedisHostConfiguration(RedisBusConfiguration bus)
        : base(bus)
    {
        _bus = bus;
        RedisTopology = new RedisBusTopology(this, bus.RedisTopology);
        ReceiveTransportRetryPolicy = Retry.CreatePolicy(retry =>
        {
            retry.Handle<ConnectionException>();
            retry.Exponential(1000, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1));
        });
        _connection = new Recycle<RedisConnectionAgent>(() =>
            new RedisConnectionAgent(new BusConnection(Server ?? throw Unconfigured(), Options, LogContext?.Logger ?? NullLogger.Instance, TimeProvider.System)));
    }

    public RespOptions? Server { get; set; }

    public RedisTransportOptions Options { get; } = new();

    public RedisBusTopology RedisTopology { get; }

    /// <summary>The connection; a new one after the bus was stopped.</summary>
    public BusConnection Connection => _connection.Supervisor.Connection;

    public IAgent ConnectionAgent => _connection.Supervisor;

    public override Uri HostAddress => Server is { } server
        ? new UriBuilder(RedisAddress.Scheme, server.Endpoints[0].Host, server.Endpoints[0].Port).Uri
        : throw Unconfigured();

    public override IBusTopology Topology => RedisTopology;

    public override IRetryPolicy ReceiveTransportRetryPolicy { get; }

    public RedisReceiveEndpointConfiguration CreateReceiveEndpointConfiguration(string queue, RedisEndpointConfiguration endpoint, Action<IRedisReceiveEndpointConfigurator>? configure)
    {
        var configuration = new RedisReceiveEndpointConfiguration(this, queue, endpoint);
        configure?.Invoke(configuration);
        Observers.EndpointConfigured(configuration);
        Add(configuration);
        return configuration;
    }

    public override IReceiveEndpointConfiguration CreateReceiveEndpointConfiguration(string queueName, Action<IReceiveEndpointConfigurator>? configure) =>
        CreateReceiveEndpointConfiguration(queueName, _bus.CreateEndpointConfiguration(), configure);

    public override void ReceiveEndpoint(IEndpointDefinition definition, IEndpointNameFormatter? endpointNameFormatter, Action<IRedisReceiveEndpointConfigurator>? configureEndpoint = null) =>
        ReceiveEndpoint(definition.GetEndpointName(endpointNameFormatter ?? DefaultEndpointNameFormatter.Instance), endpoint =>
        {
            ApplyEndpointDefinition(endpoint, definition);
            configureEndpoint?.Invoke(endpoint);
        });

    public override void ReceiveEndpoint(string queueName, Action<IRedisReceiveEndpointConfigurator> configureEndpoint) =>
        CreateReceiveEndpointConfiguration(queueName, _bus.CreateEndpointConfiguration(), configureEndpoint);

    public void ApplyEndpointDefinition(IRedisReceiveEndpointConfigurator endpoint, IEndpointDefinition definition)
    {
        endpoint.Temporary = definition.IsTemporary;
        base.ApplyEndpointDefinition(endpoint, definition);
    }

    public override IEnumerable<ValidationResult> Validate()
    {
        if (Server is null)
        {
            yield return this.Failure("Host", "names no Redis server. Call cfg.Host(\"host:port\").");
        }

        foreach (var result in Options.Validate(this).Concat(base.Validate()))
        {
            yield return result;
        }
    }

    public override IHost Build()
    {
        var host = new RedisHost(this);
        foreach (var endpoint in GetConfiguredEndpoints())
        {
            endpoint.Build(host);
        }

        return host;
    }

    static ConfigurationException Unconfigured() => new("The bus has no Redis server. Call cfg.Host(\"host:port\").");
}
