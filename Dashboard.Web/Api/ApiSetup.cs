using Agent.Contracts;
using Agent.Dashboard.Web.Access;
using Agent.Dashboard.Web.Api.Budgets;
using Agent.Dashboard.Web.Api.Bus;
using Agent.Dashboard.Web.Api.Doctor;
using Agent.Dashboard.Web.Api.Keys;
using Agent.Dashboard.Web.Api.Mcp;
using Agent.Dashboard.Web.Api.Policies;
using Agent.Dashboard.Web.Api.Runs;
using Agent.Dashboard.Web.Api.Schedules;
using Agent.Dashboard.Web.Api.States;
using Agent.Dashboard.Web.Api.Stops;
using Agent.Dashboard.Web.Api.Templates;
using Agent.Dashboard.Web.Api.Webhooks;
using Agent.Dashboard.Web.Doctor;

namespace Agent.Dashboard.Web.Api;

/// <summary>The HTTP API of the suite: everything a program can ask the door.</summary>
static class ApiSetup
{
    public static WebApplicationBuilder AddApi(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 1 << 20);
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            var json = options.SerializerOptions;
            (json.PropertyNamingPolicy, json.DictionaryKeyPolicy) = (ContractJson.Options.PropertyNamingPolicy, null);
            (json.DefaultIgnoreCondition, json.Encoder) = (ContractJson.Options.DefaultIgnoreCondition, ContractJson.Options.Encoder);
        });
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
            context.ProblemDetails.Extensions.TryAdd("code", Problems.CodeFor(context.ProblemDetails.Status)));
        builder.Services.AddExceptionHandler<FailureHandler>();
        builder.Services.AddOpenApi();
        builder.Services.AddSingleton<Forwarder>();
        builder.AddPeer(Peer.Gateway);
        builder.AddPeer(Peer.Policies);
        builder.AddPeer(Peer.Planner);
        builder.AddPeer(Peer.Executor);
        builder.AddPeer(Peer.Reviewer);
        builder.AddHealthClient();
        builder.Services.AddSingleton<SuiteDoctor>();
        builder.AddQueues();
        return builder;
    }

    public static IEndpointRouteBuilder MapApi(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi();

        var api = app.MapGroup("").AddEndpointFilter<CookieNeedsAntiforgery>().AddEndpointFilter<RoleFilter>().ProducesProblem(401).ProducesProblem(403).ProducesProblem(503);
        api.MapRuns();
        api.MapRunRecords();
        api.MapApprovals();
        api.MapSteering();
        api.MapBudgets();
        api.MapStandingApprovals();
        api.MapKeys();
        api.MapReplays();
        api.MapDoctor();
        api.MapPlans();
        api.MapChanges();
        api.MapMcp();
        api.MapPolicies();
        api.MapBus();
        api.MapKillSwitch();
        api.MapSchedules();
        api.MapTemplates();
        api.MapWebhooks();
        api.MapBacktests();
        return app;
    }
}
