using System.Text.Json;
using System.Text.Json.Serialization;
using Agent.Contracts;
using Agent.Mcp.Gateway.Endpoints.Health;
using Agent.Mcp.Gateway.Endpoints.Settings;
using Agent.Mcp.Gateway.Tools;

namespace Agent.Mcp.Gateway.Endpoints;

/// <summary>What there is to see of an endpoint. Targets are shown as written in the file: references, never values.</summary>
sealed record EndpointCard(
    string Name, string Transport, string Target, EndpointHealth Health, bool Connected, string? Server, string? ProtocolVersion, DateTimeOffset? ProbedAt,
    long TotalInvocations, long Errors, LastError? LastError, Percentiles? Latency, RateLimitCard? RateLimit, BreakerCard Breaker, long Sessions,
    int ToolCount, int Quarantined, IReadOnlyList<ToolCard>? Tools)
{
    public static EndpointCard Of(McpEndpoint endpoint, bool withTools)
    {
        var (settings, tools) = (endpoint.Settings, endpoint.Tools);
        var (transport, target) = settings.Target switch
        {
            EndpointTarget.Stdio stdio => ("stdio", string.Join(' ', stdio.Arguments.Prepend(stdio.Command))),
            EndpointTarget.Http http => ("streamable_http", http.Url),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return new(
            settings.Name, transport, target, endpoint.Health, endpoint.Connection.IsOpen,
            endpoint.Connection.Server is { } server ? $"{server.Name} {server.Version}" : null, endpoint.Connection.ProtocolVersion, endpoint.Watch.ProbedAt,
            endpoint.Tally.Invocations, endpoint.Tally.Errors, endpoint.Tally.LastError, endpoint.Latency.Read(),
            endpoint.RateLimit is { } limit ? new(settings.RateLimit!.PerSecond, settings.RateLimit.Burst, limit.IsThrottling, limit.Throttled, limit.Incidents) : null,
            new(endpoint.Breaker.State, endpoint.Breaker.Trips, endpoint.Breaker.CoolUntil), endpoint.Connection.Sessions,
            tools.Count(tool => tool.Standing == ToolStanding.Offered), tools.Count(tool => tool.Standing == ToolStanding.Quarantined),
            withTools ? [.. tools.Select(tool => ToolCard.Of(tool, endpoint.Services.Pins))] : null);
    }
}

/// <param name="Throttled">Whether calls are being refused now.</param>
/// <param name="ThrottledCalls">Calls refused so far.</param>
/// <param name="Incidents">Stretches of refusing so far.</param>
sealed record RateLimitCard(double PerSecond, int Burst, bool Throttled, long ThrottledCalls, long Incidents);

sealed record BreakerCard([property: JsonConverter(typeof(SnakeCaseEnumConverter<BreakerState>))] BreakerState State, long Trips, DateTimeOffset? CoolingUntil);

/// <param name="PinnedDefinition">Only of a quarantined tool, beside what is offered instead.</param>
sealed record ToolCard(string Name, string Tool, string? Description, EffectClass Effect, ToolStanding Standing, string DefinitionHash, JsonElement? PinnedDefinition, JsonElement? OfferedDefinition)
{
    public static ToolCard Of(EndpointTool tool, DefinitionPins pins)
    {
        var pin = tool.Standing == ToolStanding.Quarantined ? pins.Find(tool.Endpoint, tool.Tool) : null;
        return new(
            tool.Name, tool.Tool, tool.Definition.Protocol.Description, tool.Effect, tool.Standing, tool.Definition.Hash,
            pin is null ? null : JsonElement.Parse(pin.Definition), pin is null ? null : JsonElement.Parse(tool.Definition.Json));
    }
}
