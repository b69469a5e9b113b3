using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Agent.Policy.Service.Bundles;

/// <summary>Mistakes in the directory do not stop the service – the last good bundle is in force – but they show.</summary>
sealed class BundleHealth(BundleSource bundles) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        bundles.Current is null ? HealthCheckResult.Unhealthy("There is no valid policy bundle.")
        : bundles.Report.Mistakes is [var first, ..] mistakes ? HealthCheckResult.Degraded($"The policy files have {mistakes.Count} mistakes; version {bundles.Current.Version} stays in force. First: {first}")
        : HealthCheckResult.Healthy());
}
