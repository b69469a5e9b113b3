using Agent.Planner.Service.Budgets;
using Agent.ServiceDefaults.Budgets;
using Agent.Planner.Service.Plans;
using Agent.Planner.Service.Replaying;
using Agent.ServiceDefaults;
using Agent.ServiceDefaults.Http;

namespace Agent.Planner.Service.Runs;

static class RunsSetup
{
    /// <summary>Adds planning and coordination of runs.</summary>
    public static WebApplicationBuilder AddRuns(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<RunOptions, RunOptionsValidator>().BindConfiguration(RunOptions.Section);
        builder.Services.AddOptionsWithValidateOnStart<PlanOptions, PlanOptionsValidator>().BindConfiguration(PlanOptions.Section);
        if (builder.Configuration[$"services:{ToolCatalogue.Client}:http:0"] is { Length: > 0 })
        {
            builder.AddServiceClient(ToolCatalogue.Client);
        }
        else
        {
            // A planner without a gateway plans with the built-in tools.
            builder.Services.AddHttpClient(ToolCatalogue.Client);
        }

        builder.AddStopSign();
        builder.Services
            .AddSingleton(PlannerInstance.OfThisProcess())
            .AddBudgetLedger()
            .AddSingleton<SharedBudgets>()
            .AddSingleton<RunRules>()
            .AddSingleton<PlannerMetrics>()
            .AddSingleton<RunStates>()
            .AddSingleton<RunSlots>()
            .AddSingleton<SentMessages>()
            .AddSingleton<ToolCatalogue>()
            .AddSingleton<IToolNames>(provider => provider.GetRequiredService<ToolCatalogue>())
            .AddSingleton<RunReplay>()
            .AddSingleton<PlanMaking>()
            .AddSingleton<RunPlanning>()
            .AddSingleton<RunCoordinator>()
            .AddSingleton<RunWork>()
            .AddHostedService<OpenRunsSweep>();
        return builder;
    }
}
