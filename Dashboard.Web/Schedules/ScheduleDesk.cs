using Agent.Dashboard.Web.Runs;
using Agent.Dashboard.Web.Webhooks;
using Agent.Journal.Operators;
using Agent.Journal.Webhooks;
using Agent.ServiceDefaults.Schedules;

namespace Agent.Dashboard.Web.Schedules;

/// <summary>A schedule as an operator wants it.</summary>
/// <param name="Cron">Five fields as crontab has them, or six with seconds first as Quartz has them.</param>
/// <param name="TimeZone">An IANA name; default UTC.</param>
/// <param name="Webhook">Name of a webhook that is told of each run's end.</param>
sealed record WantedSchedule(
    string? Name, string? Cron, string? TimeZone, string? Goal, string? Workspace, MisfireRule? Misfire = null, OverlapRule? Overlap = null, bool? SignOff = null, int? Priority = null,
    string? Webhook = null);

/// <summary>What operators do to schedules; each thing is in the operator log.</summary>
sealed class ScheduleDesk(ScheduleBook book, WebhookBook webhooks, TimeProvider time)
{
    public async Task<(Schedule? Added, IReadOnlyList<string> Mistakes)> AddAsync(WantedSchedule wanted, string principal, CancellationToken cancellationToken)
    {
        var mistakes = Mistakes(wanted, time.GetUtcNow()).ToList();
        if (await webhooks.MistakeAsync(wanted.Webhook, cancellationToken) is { } unknown)
        {
            mistakes.Add(unknown);
        }

        if (mistakes.Count > 0)
        {
            return (null, mistakes);
        }

        var now = time.GetUtcNow();
        var schedule = new Schedule(
            Guid.CreateVersion7(), wanted.Name!, wanted.Cron!.Trim(), wanted.TimeZone ?? "UTC", wanted.Goal!.Trim(), Path.TrimEndingDirectorySeparator(Path.GetFullPath(wanted.Workspace!)), principal,
            wanted.Misfire ?? MisfireRule.Once, wanted.Overlap ?? OverlapRule.Skip, false, now, now, SignOff: wanted.SignOff is true, Priority: wanted.Priority,
            Webhook: wanted.Webhook);
        if (!await book.AddAsync(schedule.Name, schedule, principal, cancellationToken))
        {
            return (null, [$"There is a schedule \"{schedule.Name}\" already. Remove it first, or take another name."]);
        }

        return (schedule, []);
    }

    /// <returns>The schedule as it is then; null if there is none of that name.</returns>
    public async Task<Schedule?> PauseAsync(string name, bool pause, string principal, CancellationToken cancellationToken)
    {
        // Times that pass while it is paused are not missed ones.
        var now = time.GetUtcNow();
        await book.ChangeAsync(
            name,
            present => present.IsPaused == pause ? null : present with { IsPaused = pause, LookedUpTo = pause ? present.LookedUpTo : now, Revision = present.Revision + 1 },
            principal,
            pause ? "schedule_paused" : "schedule_resumed",
            cancellationToken);
        return await book.FindAsync(name, cancellationToken);
    }

    public Task<bool> RemoveAsync(string name, string principal, CancellationToken cancellationToken) => book.RemoveAsync(name, principal, cancellationToken);

    static IEnumerable<string> Mistakes(WantedSchedule wanted, DateTimeOffset now)
    {
        if (!RecordNames.IsGood(wanted.Name))
        {
            yield return $"The name \"{wanted.Name}\" must have {RecordNames.Rule}.";
        }

        if (CronTimes.Mistake(wanted.Cron, wanted.TimeZone, now) is { } mistake)
        {
            yield return mistake;
        }

        if (SubmissionRules.FirstMistake(new Submission(wanted.Goal ?? "", wanted.Workspace ?? "", "", null, false, wanted.Priority)) is { } refused)
        {
            yield return refused.Message;
        }
    }
}
