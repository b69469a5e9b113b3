using System.Text.Json;
using Agent.Mcp.Gateway.Audit;
using Agent.Mcp.Gateway.Endpoints;
using Agent.Mcp.Gateway.Serving;
using Agent.Mcp.Gateway.Serving.Relay;
using Agent.Mcp.Gateway.Tools;
using Agent.ServiceDefaults.Http;
using Agent.ServiceDefaults.Starting;

namespace Agent.Mcp.Gateway;

static class GatewaySetup
{
    /// <exception cref="SettingsException">The endpoints file or the state directory can not be taken.</exception>
    public static void AddGateway(this WebApplicationBuilder builder)
    {
        var (file, stateDirectory) = GatewayStart.Read(builder.Configuration);
        // It logs each failed connection with its stack; the endpoint's own line has cause and cure.
        builder.Logging.AddFilter("ModelContextProtocol", LogLevel.Critical);
        var services = builder.Services;
        services.AddProblemDetails();
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = false);
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);
        services.AddSingleton(file);
        services.AddSingleton<EndpointMetrics>();
        services.AddSingleton(provider => new DefinitionPins(Path.Combine(stateDirectory, "mcp", "definitions"), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new EndpointServices(
            provider.GetRequiredService<DefinitionPins>(), provider.GetRequiredService<EndpointMetrics>(), Environment.GetEnvironmentVariable,
            provider.GetRequiredService<ILoggerFactory>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<EndpointSet>();
        services.AddHostedService(provider => provider.GetRequiredService<EndpointSet>());
        services.AddHostedService<EndpointsFileWatch>();
        services.AddSingleton(provider => new GatewayAudit(Path.Combine(stateDirectory, "audit"), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<CallPolicy>();
        services.AddSingleton<GatewayCalls>();
        services.AddSingleton<FederatedServer>();
        services.AddSingleton<McpSessions>();
        services.AddSingleton(new RelayClient(Environment.GetEnvironmentVariable));
    }

    public static void MapGateway(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseLocalOrigins();
        app.UseInternalKey();
        app.MapMcp();
        app.MapTools();
        app.MapEndpoints();
        app.MapRelay();
    }
}
