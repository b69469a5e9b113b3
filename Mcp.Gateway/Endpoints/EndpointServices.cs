using Agent.Mcp.Gateway.Tools;

namespace Agent.Mcp.Gateway.Endpoints;

/// <summary>What every endpoint is given.</summary>
sealed record EndpointServices(DefinitionPins Pins, EndpointMetrics Metrics, Func<string, string?> Environment, ILoggerFactory Loggers, TimeProvider Time)
{
    public ILogger Log { get; } = Loggers.CreateLogger<McpEndpoint>();
}
