using System.Diagnostics.Metrics;
using System.Text.Json;
using Agent.Contracts;

namespace Agent.Planner.Service;

/// <summary>What the coordinator decided, counted where it stands in the journal: once, whichever planner it was.</summary>
sealed class PlannerMetrics
{
    readonly Counter<long> _runs;
    readonly Counter<long> _steps;
    readonly Counter<long> _criticalStates;
    readonly Counter<long> _overrides;
    readonly Counter<long> _trips;

    public PlannerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Agent.Planner");
        _runs = meter.CreateCounter<long>("agent_runs_total", description: "Runs that ended, by state and stop reason.");
        _steps = meter.CreateCounter<long>("agent_steps_total", description: "Step attempts dispatched, by whether it is the first.");
        _criticalStates = meter.CreateCounter<long>("agent_critical_states_total", description: "Critical states that supervision found.");
        _overrides = meter.CreateCounter<long>("agent_protocol_overrides_total", description: "Times a protocol of supervision took hold.");
        _trips = meter.CreateCounter<long>("circuit_breaker_trips_total", description: "Times a breaker opened.");
    }

    public void Count(IRunEvent runEvent)
    {
        switch (runEvent)
        {
            case StepDispatched dispatched:
                _steps.Add(1, new KeyValuePair<string, object?>("attempt", dispatched.Attempt == 1 ? "first" : "again"));
                break;
            case RunEnded ended:
                _runs.Add(1, new("state", Name(ended.State)), new("stop_reason", Name(ended.StopReason)));
                break;
            case CriticalStateEntered critical:
                _criticalStates.Add(1, new KeyValuePair<string, object?>("state", Name(critical.State)));
                _overrides.Add(1, new KeyValuePair<string, object?>("protocol", critical.Protocol));
                if (critical.State == CriticalState.Panic)
                {
                    _trips.Add(1, new KeyValuePair<string, object?>("breaker", "tool_failures"));
                }

                break;
            default:
                break;
        }
    }

    static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
