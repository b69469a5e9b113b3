using Agent.Mcp.Gateway.Endpoints;

namespace Agent.Mcp.Gateway.Tools;

static class OfferedTools
{
    /// <summary>Whoever asks first waits a moment for endpoints that are just being started.</summary>
    public static Task SettledAsync(this EndpointSet endpoints, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var settled = Task.WhenAll(endpoints.All.Select(endpoint => endpoint.Watch.ProbedOnce));
        return settled.IsCompleted ? settled : Task.WhenAny(settled, Task.Delay(patience, time, cancellationToken));
    }

    /// <summary>What can be called now: the allowed, unquarantined tools of endpoints that are up. The others' absence harms nobody.</summary>
    public static IEnumerable<EndpointTool> Offered(this EndpointSet endpoints) =>
        endpoints.All.Where(endpoint => endpoint.IsUsable).SelectMany(endpoint => endpoint.Tools).Where(tool => tool.Standing == ToolStanding.Offered);
}
