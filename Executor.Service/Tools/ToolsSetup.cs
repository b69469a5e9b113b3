using Agent.Executor.Service.Tools.Http;
using Agent.Executor.Service.Tools.Local;
using Agent.ServiceDefaults.Http;

namespace Agent.Executor.Service.Tools;

static class ToolsSetup
{
    /// <summary>The tools, one a line, and the choke point they are reached through.</summary>
    public static WebApplicationBuilder AddTools(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<ITool, ListFiles>();
        services.AddSingleton<ITool, SearchText>();
        services.AddSingleton<ITool, ReadFile>();
        services.AddSingleton<ITool, WriteFile>();
        services.AddSingleton<ITool, EditFile>();
        services.AddSingleton<ITool, RunCommand>();
        services.AddSingleton<ITool, Git>();
        services.AddSingleton<ITool, HttpGet>();
        services.AddSingleton<ITool, Http.HttpRequest>();
        services.AddSingleton<INameResolver, NameResolver>();
        services.AddSingleton<WebExchange>();
        services.AddSingleton<ExecutorTelemetry>();
        services.AddSingleton<LocalTools>();
        services.AddSingleton<GatewayTools>();
        services.AddSingleton<ToolCatalogue>();
        services.AddSingleton<IToolSource>(provider => provider.GetRequiredService<ToolCatalogue>());
        services.AddSingleton<IToolPolicy, ToolPolicy>();
        services.AddSingleton<IStandingAnswers, StandingAnswers>();
        services.AddSingleton<CallQuestions>();
        services.AddSingleton<IToolActs, ToolActs>();
        services.AddSingleton<ICallChecks, CallChecks>();
        services.AddSingleton<ToolCalls>();

        // Each call has its own time limit.
        builder.AddServiceClient(GatewayTools.Service).ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan);
        return builder;
    }
}
