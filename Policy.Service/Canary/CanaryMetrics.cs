using System.Diagnostics.Metrics;
using Agent.ServiceDefaults;

namespace Agent.Policy.Service.Canary;

/// <summary>The trial in numbers.</summary>
sealed class CanaryMetrics : IDisposable
{
    readonly Meter _meter = new(GuardrailsSetup.MeterName);

    public CanaryMetrics(CanaryDesk desk)
    {
        _meter.CreateObservableGauge("agent_policy_canary_share", () => desk.Trial is { IsRunning: true } trial ? trial.Share : 0, description: "Share of new runs on a bundle that is on trial; 0 when none is.");
        _meter.CreateObservableGauge("agent_policy_canary_decisions", () => Decisions(desk.Trial), description: "Decisions since the trial began, on the bundle on trial and on the current one.");
        _meter.CreateObservableGauge("agent_policy_canary_rolled_back", () => desk.Trial is { State: CanaryState.RolledBack } ? 1 : 0, description: "1 when the last trial ended by itself.");
    }

    public void Dispose() => _meter.Dispose();

    static IEnumerable<Measurement<long>> Decisions(CanaryTrial? trial) => trial is null ? [] :
        from arm in new[] { (Bundle: "canary", Counts: trial.OnCanary), (Bundle: "current", Counts: trial.OnCurrent) }
        from part in new[] { (Ruling: "allow", Count: arm.Counts.Allowed), (Ruling: "ask", Count: arm.Counts.Asked), (Ruling: "deny", Count: arm.Counts.Denied) }
        select new Measurement<long>(part.Count, new KeyValuePair<string, object?>("bundle", arm.Bundle), new KeyValuePair<string, object?>("effect", part.Ruling));
}
