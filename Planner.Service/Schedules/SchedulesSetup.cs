using Agent.ServiceDefaults.Schedules;

namespace Agent.Planner.Service.Schedules;

static partial class SchedulesSetup
{
    /// <summary>Adds the making of runs that schedules owe.</summary>
    public static WebApplicationBuilder AddSchedules(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<ScheduleOptions, ScheduleOptionsValidator>().BindConfiguration(ScheduleOptions.Section);
        builder.Services.AddSingleton<ScheduleBook>();
        builder.Services.AddHostedService<ScheduleSweep>();
        return builder;
    }

    [LoggerMessage(LogLevel.Information, "Run {RunId} was made by schedule {Schedule} for {At}")]
    public static partial void ScheduleFired(this ILogger logger, Guid runId, string schedule, DateTimeOffset at);

    [LoggerMessage(LogLevel.Warning, "Schedules could not be looked at; the next round asks again")]
    public static partial void SchedulesNotLookedAt(this ILogger logger, Exception exception);
}
