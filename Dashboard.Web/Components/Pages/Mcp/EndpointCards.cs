namespace Agent.Dashboard.Web.Components.Pages.Mcp;

/// <summary>What the gateway's <c>GET /mcp</c> tells of its endpoints; members it does not send stay null.</summary>
public sealed record EndpointCards(IReadOnlyList<EndpointCard>? Endpoints, EndpointsFile? File);

public sealed record EndpointCard(
    string Name,
    string? Transport,
    string? Target,
    string? Health,
    string? Server,
    string? ProtocolVersion,
    DateTimeOffset? ProbedAt,
    long TotalInvocations,
    long Errors,
    EndpointError? LastError,
    EndpointLatency? Latency,
    EndpointRateLimit? RateLimit,
    EndpointBreaker? Breaker,
    int ToolCount,
    int Quarantined,
    IReadOnlyList<EndpointTool>? Tools);

public sealed record EndpointError(DateTimeOffset At, string? Cause, string? Cure);

public sealed record EndpointLatency(double? P50Ms, double? P95Ms, double? P99Ms, long Samples);

public sealed record EndpointRateLimit(double PerSecond, int Burst, bool Throttled, long ThrottledCalls, long Incidents);

public sealed record EndpointBreaker(string? State, long Trips, DateTimeOffset? CoolingUntil);

public sealed record EndpointTool(string Name, string? Tool, string? Description, string? Effect, string? Standing, string? DefinitionHash, System.Text.Json.JsonElement? PinnedDefinition = null, System.Text.Json.JsonElement? OfferedDefinition = null);

/// <summary>The file the endpoints come from, and the entries of it that were not taken.</summary>
public sealed record EndpointsFile(string? Path, IReadOnlyList<System.Text.Json.JsonElement>? Refused);
