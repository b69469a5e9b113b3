using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Agent.AppHost.Suite;

/// <summary>Looks whether the chosen bus can be used; a given RabbitMQ is asked whether it is there and lets us in, as <see cref="StoreCheck"/> asks the store.</summary>
static class BusCheck
{
    const string Cure = "Set it to amqp://user:password@host:5672/ (amqps for TLS, the path is the virtual host).";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static Task AnswersAsync(string? transport, string? rabbitmq, CancellationToken cancellationToken) => (transport ?? "redis").ToLowerInvariant() switch
    {
        "redis" => Task.CompletedTask,
        "rabbitmq" => RabbitMqAsync(rabbitmq, cancellationToken),
        _ => throw new StartRefusedException(2, $"Bus__Transport is '{transport}'. Set it to redis or rabbitmq, or leave it out: the bus then runs on Redis."),
    };

    static async Task RabbitMqAsync(string? address, CancellationToken cancellationToken)
    {
        if (address is null)
        {
            throw new StartRefusedException(2, $"Bus__Transport is rabbitmq, but ConnectionStrings__rabbitmq is not set. {Cure}");
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var broker) || broker.Scheme is not ("amqp" or "amqps"))
        {
            throw new StartRefusedException(2, $"ConnectionStrings__rabbitmq is not the address of a RabbitMQ. {Cure}");
        }

        try
        {
            var factory = new ConnectionFactory { Uri = broker, RequestedConnectionTimeout = Patience, ContinuationTimeout = Patience };
            await using var connection = await factory.CreateConnectionAsync("agent start", cancellationToken);
        }
        catch (BrokerUnreachableException exception)
        {
            throw new StartRefusedException(
                8, $"ConnectionStrings__rabbitmq names a RabbitMQ at {broker.Host}:{(broker.Port < 0 ? 5672 : broker.Port)} that can not be used: {Cause(exception)} Correct the address or the password, or leave Bus__Transport out: the bus then runs on Redis.");
        }
    }

    static string Cause(BrokerUnreachableException exception)
    {
        Exception cause = exception;
        while (cause.InnerException is { } inner)
        {
            cause = inner;
        }

        return cause.Message.TrimEnd('.') + ".";
    }
}
