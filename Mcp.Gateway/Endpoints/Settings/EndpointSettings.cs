using Agent.Contracts;

namespace Agent.Mcp.Gateway.Endpoints.Settings;

/// <summary>One endpoint as the file has it, with the defaults in place.</summary>
sealed record EndpointSettings
{
    public required string Name { get; init; }

    public required EndpointTarget Target { get; init; }

    /// <summary>Digest of the endpoint's entry in the file: the same means nothing to do on reload.</summary>
    public required string Fingerprint { get; init; }

    public bool Enabled { get; init; } = true;

    /// <summary>From nothing to an initialised session.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Never shorter than a call may take: a probe that gives up sooner calls a slow endpoint dead.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public int MaxConcurrent { get; init; } = 16;

    public RateLimitSettings? RateLimit { get; init; }

    public HealthSettings Health { get; init; } = new();

    public BreakerSettings Breaker { get; init; } = new();

    /// <summary>Globs (<c>*</c>, <c>?</c>) of tool names; others are not offered and not called.</summary>
    public IReadOnlyList<string> AllowedTools { get; init; } = ["*"];

    /// <summary>Glob of a tool name to what such a tool may do to the world; the first that matches holds.</summary>
    public IReadOnlyList<KeyValuePair<string, EffectClass>> Effects { get; init; } = [];

    /// <summary>Whether the server's own hints (read-only, idempotent) may weaken a tool's effect class. A server can claim anything, so: no, unless said.</summary>
    public bool TrustHints { get; init; }
}

/// <summary>Where an endpoint is. All texts may hold environment references.</summary>
abstract record EndpointTarget
{
    EndpointTarget()
    {
    }

    /// <summary>A process of ours, spoken to over its standard input and output.</summary>
    public sealed record Stdio(string Command, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string? WorkingDirectory) : EndpointTarget;

    /// <summary>A server spoken to over Streamable HTTP.</summary>
    public sealed record Http(string Url, IReadOnlyDictionary<string, string> Headers) : EndpointTarget;
}

/// <param name="PerSecond">Tokens put back per second.</param>
/// <param name="Burst">Size of the bucket.</param>
/// <param name="MaxWait">How long a call may wait for a token before it is refused as throttled.</param>
sealed record RateLimitSettings(double PerSecond, int Burst, TimeSpan MaxWait);

sealed record HealthSettings
{
    /// <summary>Between two probes of an endpoint that is quiet; traffic that succeeds counts as a probe.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Failures in a row before a healthy endpoint is called unhealthy.</summary>
    public int UnhealthyAfter { get; init; } = 3;

    /// <summary>Successes in a row before an unhealthy endpoint is called healthy.</summary>
    public int HealthyAfter { get; init; } = 2;
}

sealed record BreakerSettings
{
    /// <summary>Failures in a row that open it.</summary>
    public int ConsecutiveFailures { get; init; } = 5;

    /// <summary>Failures among the last <see cref="Window"/> calls that open it, in a row or not.</summary>
    public int TotalFailures { get; init; } = 10;

    public int Window { get; init; } = 20;

    /// <summary>How long it stays open before one call may try.</summary>
    public TimeSpan OpenFor { get; init; } = TimeSpan.FromSeconds(30);
}
