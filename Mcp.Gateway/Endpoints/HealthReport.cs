using System.Text.Json.Serialization;
using Agent.Contracts;
using Agent.Mcp.Gateway.Endpoints.Health;

namespace Agent.Mcp.Gateway.Endpoints;

/// <summary>What <c>GET /mcp/health</c> answers.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> (some can be used, or a newer file was refused) or <c>unhealthy</c> (none can).</param>
sealed record HealthReport(string Status, IReadOnlyList<HealthLine> Endpoints, FileInForce File)
{
    public static HealthReport Of(EndpointSet endpoints)
    {
        var asked = endpoints.All.Where(endpoint => endpoint.Settings.Enabled).Select(endpoint => endpoint.Health).ToList();
        var status = asked.TrueForAll(health => health == EndpointHealth.Healthy) ? endpoints.File.Refused.Count > 0 ? "degraded" : "healthy"
            : asked.TrueForAll(health => health == EndpointHealth.Unhealthy) ? "unhealthy"
            : "degraded";
        return new(status, [.. endpoints.All.Select(HealthLine.Of)], endpoints.File);
    }
}

sealed record HealthLine(
    string Name, EndpointHealth Health, [property: JsonConverter(typeof(SnakeCaseEnumConverter<BreakerState>))] BreakerState Breaker, bool Throttled, int Tools, DateTimeOffset? ProbedAt, Percentiles? Latency, string? Cause, string? Cure)
{
    public static HealthLine Of(McpEndpoint endpoint)
    {
        var error = endpoint.Health == EndpointHealth.Healthy ? null : endpoint.Tally.LastError;
        return new(endpoint.Settings.Name, endpoint.Health, endpoint.Breaker.State, endpoint.RateLimit?.IsThrottling ?? false, endpoint.Tools.Count, endpoint.Watch.ProbedAt, endpoint.Latency.Read(), error?.Cause, error?.Cure);
    }
}
