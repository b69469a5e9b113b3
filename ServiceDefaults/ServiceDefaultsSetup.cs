using Agent.Guardrails.Secrets;
using Agent.Journal;
using Agent.ServiceDefaults.Health;
using Agent.ServiceDefaults.Logs;
using Agent.ServiceDefaults.Starting;
using Agent.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.ServiceDefaults;

/// <summary>What every service is given, in one line each.</summary>
public static class ServiceDefaultsSetup
{
    /// <summary>Logs, telemetry, health, store, journal, bundle: all that does not differ between services.</summary>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder)
    {
        FailedStart.TellInOneMessage(builder.Environment);
        KnownSecrets.Learn(builder.Configuration.AsEnumerable());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddLogs();
        builder.AddTelemetry();
        builder.AddRedis();
        builder.Services.AddJournal();
        builder.Services.AddHealthChecks().AddCheck<StoreHealth>("store");
        return builder;
    }

    /// <summary><c>/health</c>, <c>/alive</c> and <c>/metrics</c>.</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealth();
        app.MapMetrics();
        app.MapGuardrails();
        return app;
    }
}
