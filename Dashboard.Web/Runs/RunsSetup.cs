using Agent.Dashboard.Web.Schedules;
using Agent.Dashboard.Web.Templates;
using Agent.Dashboard.Web.Webhooks;
using Agent.ServiceDefaults.Schedules;

namespace Agent.Dashboard.Web.Runs;

static class RunsSetup
{
    public static IServiceCollection AddRuns(this IServiceCollection services)
    {
        services.AddSingleton<RunHints>();
        services.AddSingleton<RunSubmission>();
        services.AddSingleton<OperatorVerbs>();
        services.AddSingleton<RunForks>();
        services.AddSingleton<PendingCalls>();
        services.AddSingleton<StandingGrants>();
        services.AddSingleton<PendingPlans>();
        services.AddSingleton<PendingChanges>();
        services.AddSingleton<PlanChecker>();
        services.AddSingleton<RunReplays>();
        services.AddSingleton<StateBacktests>();
        services.AddSingleton<ScheduleBook>();
        services.AddSingleton<ScheduleDesk>();
        services.AddSingleton<TemplateBook>();
        services.AddSingleton<WebhookDesk>();
        return services;
    }
}
