using Agent.RedisTransport.Queues;
using Agent.RedisTransport.Topology;
using Agent.RedisTransport.Transport;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Transports;

namespace Agent.RedisTransport.Configuration;

/// <summary>One endpoint and its queue.</summary>
sealed class RedisReceiveEndpointConfiguration : ReceiveEndpointConfiguration, IRedisReceiveEndpointConfigurator
{
    readonly RedisHostConfiguration _host;
    readonly RedisEndpointConfiguration _endpoint;
    readonly Lazy<Uri> _inputAddress;
    bool _temporary;

    public RedisReceiveEndpointConfiguration(RedisHostConfiguration host, string queue, RedisEndpointConfiguration endpoint)
        : base(host, endpoint)
    {
        _host = host;
        _endpoint = endpoint;
        Queue = queue;
        _inputAddress = new Lazy<Uri>(() => RedisAddress.Queue(_host.HostAddress, Queue, _temporary).ToUri());
    }

    public string Queue { get; }

    public RedisTopologyConfiguration RedisTopology => _endpoint.RedisTopology;

    public override Uri HostAddress => _host.HostAddress;

    public override Uri InputAddress => _inputAddress.Value;

    public bool Temporary
    {
        set
        {
            _temporary = value;
            Changed(nameof(Temporary));
        }
    }

    public void Bind(string topic) => RedisTopology.Consume.Bind(topic);

    public void Bind<T>()
        where T : class => RedisTopology.Consume.Bind<T>();

    public override ReceiveEndpointContext CreateReceiveEndpointContext() => CreateContext();

    public void Build(IHost host)
    {
        var context = CreateContext();
        ReceiveEndpoint = new ReceiveEndpoint(new RedisReceiveTransport(_host, context, Settings), context);
        host.AddReceiveEndpoint(Queue, (ReceiveEndpoint)ReceiveEndpoint);
    }

    public override IEnumerable<ValidationResult> Validate()
    {
        if (string.IsNullOrWhiteSpace(Queue) || Queue.Length > 400 || Queue.AsSpan().IndexOfAny('{', '}') >= 0)
        {
            yield return this.Failure(Queue, "is not a queue name: 1-400 characters without braces");
        }

        foreach (var result in base.Validate())
        {
            yield return result.WithParentKey(Queue);
        }
    }

    protected override bool IsAlreadyConfigured() => _inputAddress.IsValueCreated || base.IsAlreadyConfigured();

    QueueReceiverSettings Settings()
    {
        var transport = _endpoint.Transport;
        var prefetch = Math.Max(1, transport.PrefetchCount);
        var concurrency = Math.Max(1, transport.ConcurrentMessageLimit ?? prefetch);
        return new QueueReceiverSettings(Queue, Math.Max(prefetch, concurrency), concurrency, _temporary, RedisTopology.Consume.Topics);
    }

    RedisReceiveEndpointContext CreateContext()
    {
        var builder = new RedisReceiveEndpointBuilder(this);
        ApplySpecifications(builder);
        var context = new RedisReceiveEndpointContext(_host, this);

        // Schedulers in consumers and sagas ask for it.
        context.GetOrAddPayload<IBusTopology>(() => _host.RedisTopology);
        return context;
    }
}

sealed class RedisReceiveEndpointBuilder(RedisReceiveEndpointConfiguration endpoint) : ReceiveEndpointBuilder(endpoint)
{
    public override ConnectHandle ConnectConsumePipe<T>(IPipe<ConsumeContext<T>> pipe, ConnectPipeOptions options)
    {
        if (endpoint.ConfigureConsumeTopology && options.HasFlag(ConnectPipeOptions.ConfigureConsumeTopology))
        {
            endpoint.RedisTopology.Consume.BindConsumed<T>();
        }

        return base.ConnectConsumePipe(pipe, options);
    }
}
