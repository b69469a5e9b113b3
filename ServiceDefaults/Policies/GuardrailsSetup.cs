using System.Diagnostics.Metrics;
using Agent.Contracts;
using Agent.ServiceDefaults.Policies;
using Agent.ServiceDefaults.Http;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.ServiceDefaults;

/// <summary>What a service that enforces policy needs.</summary>
public static class GuardrailsSetup
{
    /// <summary>Name of the meter that tells which bundle is in force.</summary>
    public const string MeterName = "Agent.Guardrails";

    /// <summary>Fetches the bundle in the background and keeps <see cref="CurrentBundle"/> current. Call it before <c>AddBus</c>, which then also listens for new bundles.</summary>
    public static WebApplicationBuilder AddGuardrails(this WebApplicationBuilder builder)
    {
        builder.AddServiceClient(BundleFetcher.PolicyService);
        builder.Services.AddSingleton<CurrentBundle>();
        builder.Services.AddSingleton<CanaryCounts>();
        builder.Services.AddSingleton<BundleBell>();
        builder.Services.AddSingleton<KeptBundle>();
        builder.Services.AddSingleton<BundleMetric>();
        builder.Services.AddHostedService<BundleFetcher>();
        builder.Services.AddHostedService<CanaryReporter>();
        return builder;
    }

    internal static void ListenForBundles(this IBusRegistrationConfigurator bus, IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(CurrentBundle)))
        {
            bus.AddConsumer<BundlePublishedConsumer>().Endpoint(endpoint =>
            {
                endpoint.Temporary = true;
                endpoint.InstanceId = Guid.CreateVersion7().ToString("N");
            });
        }
    }

    /// <summary><c>GET /guardrails/enforced</c>: which bundle this process enforces.</summary>
    internal static void MapGuardrails(this IEndpointRouteBuilder app)
    {
        if (app.ServiceProvider.GetService<CurrentBundle>() is not { } current)
        {
            return;
        }

        app.ServiceProvider.GetRequiredService<BundleMetric>();
        app.MapGet("/guardrails/enforced", () => TypedResults.Json(
            new EnforcedBundle(current.Value?.Digest, current.Version, current.Value?.RuleCount ?? 0, current.Canary?.Number, current.Canary?.Bundle?.Digest), ContractJson.Options)).ExcludeFromDescription();
    }

    sealed record EnforcedBundle(string? Digest, long Version, int Rules, long? Canary, string? CanaryDigest);

    sealed class BundleMetric : IDisposable
    {
        readonly Meter _meter = new(MeterName);

        public BundleMetric(CurrentBundle current) => _meter.CreateObservableGauge(
            "agent_policy_bundle_info", () => new Measurement<long>(1, new KeyValuePair<string, object?>("digest", current.Value?.Digest ?? "none")),
            description: "The policy bundle this process enforces.");

        public void Dispose() => _meter.Dispose();
    }
}
