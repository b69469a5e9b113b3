using MassTransit;

namespace Agent.RedisTransport;

/// <summary>How queues in Redis behave. The defaults suit one Redis on the local network.</summary>
public sealed class RedisTransportOptions
{
    /// <summary>Begins every key, so that several buses can share one server. 1-64 characters without braces. Default: <c>bus</c>.</summary>
    public string KeyPrefix { get; set; } = "bus";

    /// <summary>How many messages an endpoint holds at a time, if it does not say otherwise. 1-4096. Default: 64.</summary>
    public int PrefetchCount { get; set; } = 64;

    /// <summary>How long a process may be silent before what it held is given to others. It is renewed while the process lives, so a consumer may work
    /// longer. 1 s - 10 min. Default: 10 s.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often silent processes are looked for. 100 ms - 1 min, at most half the lease. Default: 2.5 s.</summary>
    public TimeSpan Sweep { get; set; } = TimeSpan.FromSeconds(2.5);

    /// <summary>How long an idle endpoint trusts its bell before it looks by itself. 100 ms - 1 min. Default: 5 s.</summary>
    public TimeSpan Poll { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a message may be delivered to processes that die over it, before it goes to the error queue. 1-1000. Default: 5.</summary>
    public int DeliveryLimit { get; set; } = 5;

    /// <summary>How long a send tries again when the server is away, before it fails. 0 s - 10 min. Default: 15 s.</summary>
    public TimeSpan SendPatience { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long messages to a temporary queue stay when its owner has died. 1 min - 7 days. Default: 1 h.</summary>
    public TimeSpan TemporaryRetention { get; set; } = TimeSpan.FromHours(1);

    internal TimeSpan Heartbeat => Lease / 4;

    internal IEnumerable<ValidationResult> Validate(ISpecification specification)
    {
        if (KeyPrefix is not { Length: >= 1 and <= 64 } || KeyPrefix.AsSpan().IndexOfAny('{', '}') >= 0)
        {
            yield return specification.Failure(nameof(KeyPrefix), "must have 1-64 characters, none of them a brace");
        }

        if (PrefetchCount is < 1 or > 4096)
        {
            yield return specification.Failure(nameof(PrefetchCount), $"is {PrefetchCount}, and must be 1-4096");
        }

        if (DeliveryLimit is < 1 or > 1000)
        {
            yield return specification.Failure(nameof(DeliveryLimit), $"is {DeliveryLimit}, and must be 1-1000");
        }

        foreach (var (name, value, least, most) in ((string, TimeSpan, TimeSpan, TimeSpan)[])
        [
            (nameof(Lease), Lease, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            (nameof(Sweep), Sweep, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            (nameof(Poll), Poll, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            (nameof(SendPatience), SendPatience, TimeSpan.Zero, TimeSpan.FromMinutes(10)),
            (nameof(TemporaryRetention), TemporaryRetention, TimeSpan.FromMinutes(1), TimeSpan.FromDays(7)),
        ])
        {
            if (value < least || value > most)
            {
                yield return specification.Failure(name, $"is {value}, and must be {least} to {most}");
            }
        }

        if (Sweep > Lease / 2)
        {
            yield return specification.Failure(nameof(Sweep), $"is {Sweep}, and must be at most half the lease ({Lease})");
        }
    }
}
