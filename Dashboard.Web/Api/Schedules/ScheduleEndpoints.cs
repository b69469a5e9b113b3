using System.Security.Claims;
using Agent.Dashboard.Web.Access;
using Agent.Dashboard.Web.Schedules;
using Agent.ServiceDefaults.Schedules;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Dashboard.Web.Api.Schedules;

/// <summary>A schedule as the API shows it.</summary>
/// <param name="Next">Its next times; none while it is paused.</param>
/// <param name="Recent">What became of the last times, newest first.</param>
sealed record ScheduleView(
    string Name, string Cron, string TimeZone, string Goal, string Workspace, string Principal, MisfireRule Misfire, OverlapRule Overlap, bool Paused, DateTimeOffset AddedAt,
    IReadOnlyList<DateTimeOffset> Next, Guid? LastRun, int Queued, IReadOnlyList<ScheduledTime> Recent, bool SignOff, int? Priority,
    string? Webhook)
{
    const int Shown = 5;

    public static ScheduleView Of(Schedule schedule, DateTimeOffset now) => new(
        schedule.Name, schedule.Cron, schedule.TimeZone, schedule.Goal, schedule.Workspace, schedule.Principal, schedule.Misfire, schedule.Overlap, schedule.IsPaused, schedule.AddedAt,
        schedule.IsPaused ? [] : CronTimes.Between(schedule.Cron, schedule.TimeZone, now, DateTimeOffset.MaxValue, Shown),
        schedule.LastRun, schedule.Queued?.Count ?? 0, schedule.Recent ?? [], schedule.SignOff, schedule.Priority, schedule.Webhook);
}

/// <summary>Schedules by name.</summary>
sealed record ScheduleList(IReadOnlyList<ScheduleView> Schedules);

/// <summary>Goals that are run again and again.</summary>
static class ScheduleEndpoints
{
    public static RouteGroupBuilder MapSchedules(this IEndpointRouteBuilder app)
    {
        var schedules = app.MapGroup("/schedules").WithTags("Schedules");

        schedules.MapGet("", List).WithSummary("The schedules, with their next times");
        schedules.MapPost("", Add).WithSummary("Run a goal again and again");
        schedules.MapGet("/{name}", Show).WithSummary("One schedule: its next times and what became of the last ones");
        schedules.MapDelete("/{name}", Remove).WithSummary("Remove a schedule; its runs stay");
        schedules.MapPost("/{name}/pause", Pause).WithSummary("Let no time of it come");
        schedules.MapPost("/{name}/resume", Resume).WithSummary("Let its times come again, from now on");

        return schedules;
    }

    static async Task<Ok<ScheduleList>> List(ScheduleBook book, TimeProvider time, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ScheduleList([.. (await book.AllAsync(cancellationToken)).Select(schedule => ScheduleView.Of(schedule, time.GetUtcNow()))]));

    static async Task<Results<Created<ScheduleView>, ProblemHttpResult>> Add(
        WantedSchedule body, ScheduleDesk desk, IConfiguration configuration, TimeProvider time, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var (added, mistakes) = await desk.AddAsync(body with { Workspace = body.Workspace ?? configuration["AGENT_WORKSPACE"] }, user.PrincipalName(), cancellationToken);
        return added is null ? Problems.Of(400, "invalid_schedule", string.Join('\n', mistakes)) : TypedResults.Created($"/schedules/{added.Name}", ScheduleView.Of(added, time.GetUtcNow()));
    }

    static async Task<Results<Ok<ScheduleView>, ProblemHttpResult>> Show(string name, ScheduleBook book, TimeProvider time, CancellationToken cancellationToken) =>
        Answer(name, await book.FindAsync(name, cancellationToken), time);

    static async Task<Results<NoContent, ProblemHttpResult>> Remove(string name, ScheduleDesk desk, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        await desk.RemoveAsync(name, user.PrincipalName(), cancellationToken) ? TypedResults.NoContent() : Unknown(name);

    static async Task<Results<Ok<ScheduleView>, ProblemHttpResult>> Pause(string name, ScheduleDesk desk, TimeProvider time, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        Answer(name, await desk.PauseAsync(name, pause: true, user.PrincipalName(), cancellationToken), time);

    static async Task<Results<Ok<ScheduleView>, ProblemHttpResult>> Resume(string name, ScheduleDesk desk, TimeProvider time, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        Answer(name, await desk.PauseAsync(name, pause: false, user.PrincipalName(), cancellationToken), time);

    static Results<Ok<ScheduleView>, ProblemHttpResult> Answer(string name, Schedule? schedule, TimeProvider time) =>
        schedule is null ? Unknown(name) : TypedResults.Ok(ScheduleView.Of(schedule, time.GetUtcNow()));

    static ProblemHttpResult Unknown(string name) => Problems.Of(404, "unknown_schedule", $"There is no schedule \"{name}\". GET /schedules lists those there are.");
}
