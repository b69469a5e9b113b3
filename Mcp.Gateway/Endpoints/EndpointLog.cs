using Agent.Mcp.Gateway.Endpoints.Health;

namespace Agent.Mcp.Gateway.Endpoints;

static partial class EndpointLog
{
    [LoggerMessage(LogLevel.Information, "MCP endpoint {Endpoint} is {Health}, it was {Before}")]
    public static partial void HealthChanged(this ILogger logger, string endpoint, EndpointHealth health, EndpointHealth before);

    [LoggerMessage(LogLevel.Warning, "MCP endpoint {Endpoint} failed: {Cause} {Cure}")]
    public static partial void EndpointFailed(this ILogger logger, string endpoint, string cause, string cure);

    [LoggerMessage(LogLevel.Warning, "MCP endpoint {Endpoint} changed the definition of {Tools}: quarantined until accepted")]
    public static partial void DefinitionsChanged(this ILogger logger, string endpoint, string tools);

    [LoggerMessage(LogLevel.Warning, "The breaker of MCP endpoint {Endpoint} opened after repeated failures")]
    public static partial void BreakerOpened(this ILogger logger, string endpoint);

    [LoggerMessage(LogLevel.Information, "MCP endpoint {Endpoint} asked for a pause of {Seconds} s")]
    public static partial void CooledDown(this ILogger logger, string endpoint, double seconds);

    [LoggerMessage(LogLevel.Information, "MCP endpoints read from {Path}: {Kept} kept, {Started} started, {Ended} ended")]
    public static partial void EndpointsRead(this ILogger logger, string path, int kept, int started, int ended);

    [LoggerMessage(LogLevel.Error, "MCP endpoints file not taken, the last good one stays: {Mistakes}")]
    public static partial void EndpointsRefused(this ILogger logger, string mistakes);

    [LoggerMessage(LogLevel.Error, "Watching MCP endpoint {Endpoint} failed and goes on")]
    public static partial void WatchFailed(this ILogger logger, Exception problem, string endpoint);
}
