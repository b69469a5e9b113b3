using Agent.Resp;
using MassTransit;

namespace Agent.RedisTransport;

/// <summary>Configures a bus on Redis.</summary>
public interface IRedisBusFactoryConfigurator : IBusFactoryConfigurator<IRedisReceiveEndpointConfigurator>
{
    /// <summary>Which server, as a connection string: <c>host:port,password=…,ssl=true</c>.</summary>
    /// <exception cref="FormatException">Names the part that can not be read.</exception>
    void Host(string connectionString, Action<RedisTransportOptions>? configure = null);

    /// <summary>Gives consumers and sagas a scheduler that can also take back what it scheduled.</summary>
    void UseRedisMessageScheduler();

    /// <summary>Which server.</summary>
    void Host(RespOptions server, Action<RedisTransportOptions>? configure = null);
}

/// <summary>Configures one endpoint's queue.</summary>
public interface IRedisReceiveEndpointConfigurator : IReceiveEndpointConfigurator
{
    /// <summary>The queue, its messages and its bindings go when the endpoint stops, or its process dies.</summary>
    bool Temporary { set; }

    /// <summary>Binds the queue to a topic by name, besides those of its consumers.</summary>
    void Bind(string topic);

    /// <summary>Binds the queue to a message type's topic, besides those of its consumers.</summary>
    void Bind<T>()
        where T : class;
}
