using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Agent.Mcp.Gateway.Endpoints;

/// <summary>Endpoint figures for <c>/metrics</c>.</summary>
sealed class EndpointMetrics
{
    public const string MeterName = "Agent.Mcp.Gateway";
    static readonly InstrumentAdvice<double> Buckets = new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] };
    readonly Counter<long> _invocations;
    readonly Histogram<double> _latency;
    readonly Counter<long> _throttled;
    readonly Counter<long> _incidents;
    readonly Counter<long> _sessions;
    readonly Counter<long> _trips;

    public EndpointMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _invocations = meter.CreateCounter<long>("agent_mcp_invocations_total", description: "Tool calls by endpoint and outcome.");
        _latency = meter.CreateHistogram<double>("agent_mcp_latency_seconds", "s", "Time an endpoint took to answer a tool call.", tags: null, Buckets);
        _throttled = meter.CreateCounter<long>("agent_mcp_throttled_total", description: "Tool calls refused by the endpoint's rate limit.");
        _incidents = meter.CreateCounter<long>("agent_mcp_throttle_incidents_total", description: "Stretches of time in which an endpoint's rate limit refused calls.");
        _sessions = meter.CreateCounter<long>("agent_mcp_sessions_total", description: "Sessions made with an endpoint; more than one means it was lost in between.");
        _trips = meter.CreateCounter<long>("circuit_breaker_trips_total", description: "Times a breaker opened.");
        meter.CreateObservableGauge("agent_mcp_endpoint_up", Up, description: "1 when the endpoint is healthy or degraded, 0 when it is not.");
        meter.CreateObservableGauge("agent_mcp_tools", Tools, description: "Tools an endpoint offers, by standing.");
    }

    /// <summary>The endpoints to look at when figures are collected.</summary>
    public Func<IEnumerable<McpEndpoint>> Endpoints { get; set; } = () => [];

    public void Invoked(string endpoint, string outcome) => _invocations.Add(1, new("endpoint", endpoint), new("outcome", outcome));

    public void Answered(string endpoint, TimeSpan duration) => _latency.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("endpoint", endpoint));

    public void Throttled(string endpoint, bool newIncident)
    {
        _throttled.Add(1, new KeyValuePair<string, object?>("endpoint", endpoint));
        _incidents.Add(newIncident ? 1 : 0, new KeyValuePair<string, object?>("endpoint", endpoint));
    }

    public void SessionMade(string endpoint) => _sessions.Add(1, new KeyValuePair<string, object?>("endpoint", endpoint));

    public void Tripped(string endpoint) => _trips.Add(1, new KeyValuePair<string, object?>("breaker", "mcp:" + endpoint));

    IEnumerable<Measurement<int>> Up() => Endpoints().Where(endpoint => endpoint.Settings.Enabled)
        .Select(endpoint => new Measurement<int>(endpoint.IsUsable ? 1 : 0, new TagList { { "endpoint", endpoint.Settings.Name } }));

    IEnumerable<Measurement<int>> Tools() => Endpoints().SelectMany(endpoint => endpoint.Tools.GroupBy(tool => tool.Standing)
        .Select(group => new Measurement<int>(group.Count(), new TagList { { "endpoint", endpoint.Settings.Name }, { "standing", group.Key.ToString().ToLowerInvariant() } })));
}
