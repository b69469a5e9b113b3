using Agent.Mcp.Gateway.Endpoints.Health;
using Agent.Mcp.Gateway.Tools;

namespace Agent.Mcp.Gateway.Endpoints;

/// <summary>Leave to make one call of one tool, in order: switched on, known and allowed, breaker, rate limit, slot. The only road to an endpoint's tools; given back when disposed.</summary>
sealed class Admission : IDisposable
{
    readonly McpEndpoint _endpoint;

    Admission(McpEndpoint endpoint, EndpointTool tool, CircuitBreaker.Permit permit) => (_endpoint, Tool, Permit) = (endpoint, tool, permit);

    public EndpointTool Tool { get; }

    public CircuitBreaker.Permit Permit { get; }

    /// <param name="deadline">Ends with the caller's token, or when the call's time is up.</param>
    public static async Task<(Admission? Admission, InvocationOutcome.Refused? Refusal)> AskAsync(McpEndpoint endpoint, string toolName, CancellationToken deadline, CancellationToken cancellationToken)
    {
        var settings = endpoint.Settings;
        if (!settings.Enabled)
        {
            return (null, new(RefusalCode.Disabled, $"The endpoint '{settings.Name}' is switched off.", "Remove \"enabled\": false from its entry in mcp_endpoints.json."));
        }

        CircuitBreaker.Permit? permit = null;
        try
        {
            var tool = await endpoint.FindAsync(toolName, deadline);
            if (Standing(endpoint, tool, toolName) is { } standing)
            {
                return (null, standing);
            }

            (permit, var pause, var cooling) = endpoint.Breaker.TryEnter();
            if (permit is null)
            {
                return (null, Closed(endpoint, pause, cooling));
            }

            if (await ThrottleAsync(endpoint, deadline) is { } throttled)
            {
                permit.Dispose();
                return (null, throttled);
            }

            await endpoint.Slots.WaitAsync(deadline);
            endpoint.CallBegan();
            return (new Admission(endpoint, tool!, permit), null);
        }
        catch (OperationCanceledException)
        {
            permit?.Dispose();
            if (cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            return (null, new(RefusalCode.Unavailable, $"The call waited {settings.CallTimeout.TotalSeconds:0.#} s for '{settings.Name}' and was not sent.", "Raise 'max_concurrent' or 'timeouts.call', or call less often."));
        }
    }

    public static InvocationOutcome.Refused Closed(McpEndpoint endpoint, TimeSpan pause, bool cooling) => cooling
        ? new(RefusalCode.CoolingDown, $"The endpoint '{endpoint.Settings.Name}' asked for a pause.", "Try again when it is over.", pause)
        : new(RefusalCode.BreakerOpen, $"The endpoint '{endpoint.Settings.Name}' failed repeatedly{(endpoint.Tally.LastError is { } error ? ": " + error.Cause : ".")}", endpoint.Tally.LastError?.Cure ?? "Look into its log.", pause);

    public void Dispose()
    {
        Permit.Dispose();
        _endpoint.CallEnded();
        _endpoint.Slots.Release();
    }

    static InvocationOutcome.Refused? Standing(McpEndpoint endpoint, EndpointTool? tool, string toolName)
    {
        var name = endpoint.Settings.Name;
        return tool?.Standing switch
        {
            null when endpoint.Tools.Count == 0 && endpoint.Tally.LastError is { } error && !endpoint.IsUsable => new(RefusalCode.Unavailable, $"The endpoint '{name}' is not to be had: {error.Cause}", error.Cure),
            null => new(RefusalCode.UnknownTool, $"The endpoint '{name}' has no tool '{toolName}'.", "GET /mcp/tools lists what there is."),
            ToolStanding.NotAllowed => new(RefusalCode.NotAllowed, $"The tool '{toolName}' of '{name}' is not allowed.", "Add it to the endpoint's 'allowed_tools' in mcp_endpoints.json."),
            ToolStanding.Quarantined => new(RefusalCode.Quarantined, $"The endpoint '{name}' changed the definition of its tool '{toolName}'; nobody has accepted it yet.", $"Compare both at /mcp/endpoints/{name}, then accept it there."),
            _ => null,
        };
    }

    static async Task<InvocationOutcome.Refused?> ThrottleAsync(McpEndpoint endpoint, CancellationToken deadline)
    {
        if (endpoint.RateLimit is not { } limit)
        {
            return null;
        }

        var incidents = limit.Incidents;
        if (limit.Take(out var wait) is { } refused)
        {
            endpoint.Services.Metrics.Throttled(endpoint.Settings.Name, limit.Incidents != incidents);
            return new(RefusalCode.Throttled, $"The rate limit of '{endpoint.Settings.Name}' is used up.", "Wait, or raise its 'rate_limit' in mcp_endpoints.json.", refused);
        }

        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, endpoint.Services.Time, deadline);
        }

        return null;
    }
}
