using System.Text.Json.Serialization;
using Agent.Contracts;
using Agent.Mcp.Gateway.Endpoints.Settings;

namespace Agent.Mcp.Gateway.Endpoints.Health;

[JsonConverter(typeof(SnakeCaseEnumConverter<EndpointHealth>))]
enum EndpointHealth
{
    /// <summary>Not yet reached, not yet given up.</summary>
    Starting,

    Healthy,

    /// <summary>Failing, but not often enough to be called down; its tools are still offered.</summary>
    Degraded,

    Unhealthy,

    /// <summary>Switched off in the file.</summary>
    Disabled,
}

/// <summary>One failure does not make an endpoint dead, one success does not bring it back. Only the very first answer counts at once.</summary>
sealed class HealthHysteresis(HealthSettings settings)
{
    readonly Lock _lock = new();
    EndpointHealth _state = EndpointHealth.Starting;
    int _failures;
    int _successes;

    public EndpointHealth State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    public int FailuresInARow
    {
        get
        {
            lock (_lock)
            {
                return _failures;
            }
        }
    }

    /// <summary>The states before and after, for the log line a change deserves.</summary>
    public (EndpointHealth Before, EndpointHealth After) Record(bool succeeded)
    {
        lock (_lock)
        {
            var before = _state;
            if (succeeded)
            {
                _failures = 0;
                _successes++;
                _state = before != EndpointHealth.Unhealthy || _successes >= settings.HealthyAfter ? EndpointHealth.Healthy : EndpointHealth.Unhealthy;
            }
            else
            {
                _successes = 0;
                _failures++;
                _state = before is EndpointHealth.Starting or EndpointHealth.Unhealthy || _failures >= settings.UnhealthyAfter ? EndpointHealth.Unhealthy : EndpointHealth.Degraded;
            }

            return (before, _state);
        }
    }
}
