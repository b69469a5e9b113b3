using System.Diagnostics;
using System.Diagnostics.Metrics;
using Agent.Contracts;

namespace Agent.Executor.Service;

/// <summary>What this service counts and traces; the names are the suite's and OpenTelemetry's GenAI conventions'.</summary>
sealed class ExecutorTelemetry : IDisposable
{
    const string Name = "Agent.Executor";

    readonly ActivitySource _source = new(Name);
    readonly Meter _meter = new(Name);
    readonly Counter<long> _steps;
    readonly Counter<long> _decisions;
    readonly Histogram<double> _calls;

    public ExecutorTelemetry()
    {
        _steps = _meter.CreateCounter<long>("agent_steps_total", description: "Step attempts that ended, by how.");
        _decisions = _meter.CreateCounter<long>("agent_decisions_total", description: "Policy decisions about tool calls, by answer and rule.");
        _calls = _meter.CreateHistogram<double>("agent_tool_call_seconds", "s", "How long tool calls took, by tool and outcome.");
    }

    public void StepEnded(string outcome) => _steps.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Decided(string tool, string ruling, string rule) => _decisions.Add(
        1, new KeyValuePair<string, object?>("tool", tool), new KeyValuePair<string, object?>("decision", ruling), new KeyValuePair<string, object?>("rule", rule));

    /// <summary>The span of one call. Its name makes MCP clients add their tags to it.</summary>
    public Activity? CallStarted(string tool, string callId, Guid runId)
    {
        var activity = _source.StartActivity($"execute_tool {tool}");
        activity?.SetTag("gen_ai.operation.name", "execute_tool").SetTag("gen_ai.provider.name", "agent").SetTag("gen_ai.tool.name", tool)
            .SetTag("gen_ai.tool.call.id", callId).SetTag("agent.run_id", runId.ToString());
        return activity;
    }

    public void CallEnded(Activity? activity, string tool, ToolCallOutcome outcome, double durationMs)
    {
        _calls.Record(durationMs / 1000, new KeyValuePair<string, object?>("tool", tool), new KeyValuePair<string, object?>("outcome", outcome.ToString().ToLowerInvariant()));
        if (outcome is not (ToolCallOutcome.Ok or ToolCallOutcome.Denied))
        {
            activity?.SetStatus(ActivityStatusCode.Error, outcome.ToString());
        }
    }

    public void Dispose()
    {
        _source.Dispose();
        _meter.Dispose();
    }
}
