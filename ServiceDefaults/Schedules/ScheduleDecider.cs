namespace Agent.ServiceDefaults.Schedules;

/// <summary>What is owed to a schedule now. Pure: the same schedule and time give the same answer, whoever asks.</summary>
public static class ScheduleDecider
{
    /// <summary>A time looked at later than this was missed.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    const int MostAtOnce = 1_000;
    const int MostQueued = 100;

    /// <param name="isLastRunOpen">Whether the run of the last firing goes on.</param>
    /// <returns>The time to make a run for, if any, and the schedule after that; the same instance if nothing is owed.</returns>
    public static (DateTimeOffset? Fire, Schedule After) Decide(Schedule schedule, DateTimeOffset now, bool isLastRunOpen)
    {
        if (schedule.IsPaused)
        {
            return (null, schedule);
        }

        var due = CronTimes.Between(schedule.Cron, schedule.TimeZone, schedule.LookedUpTo, now, MostAtOnce);
        var waiting = schedule.Queued ?? [];
        if (due.Count == 0 && (waiting.Count == 0 || isLastRunOpen))
        {
            return (null, schedule);
        }

        var told = new List<ScheduledTime>();
        var candidates = Misfired(schedule.Misfire, due, now, told);
        DateTimeOffset? fire = null;
        var queue = new List<DateTimeOffset>(waiting);
        if (!isLastRunOpen && queue.Count > 0)
        {
            (fire, queue) = (queue[0], queue[1..]);
        }

        foreach (var at in candidates)
        {
            if (fire is null && !isLastRunOpen)
            {
                fire = at;
            }
            else if (schedule.Overlap == OverlapRule.Queue && queue.Count < MostQueued)
            {
                queue.Add(at);
            }
            else
            {
                told.Add(new ScheduledTime(at, null, schedule.Overlap == OverlapRule.Queue ? $"{MostQueued} wait already" : "the run before was still open"));
            }
        }

        return (fire, schedule with
        {
            LookedUpTo = due.Count > 0 ? due[^1] : schedule.LookedUpTo,
            Queued = queue,
            Recent = [.. told.AsEnumerable().Reverse().Concat(schedule.Recent ?? []).Take(Schedule.Remembered)],
        });
    }

    /// <summary>The schedule after its run was made.</summary>
    public static Schedule Fired(Schedule schedule, DateTimeOffset at, Guid runId) => schedule with
    {
        LastRun = runId,
        Recent = [.. (schedule.Recent ?? []).Prepend(new ScheduledTime(at, runId)).Take(Schedule.Remembered)],
    };

    static List<DateTimeOffset> Misfired(MisfireRule rule, IReadOnlyList<DateTimeOffset> due, DateTimeOffset now, List<ScheduledTime> told)
    {
        var missed = due.Where(at => now - at > Grace).ToList();
        var kept = rule switch { MisfireRule.All => missed, MisfireRule.Once => missed.TakeLast(1).ToList(), _ => [] };
        told.AddRange(missed.Except(kept).Select(at => new ScheduledTime(at, null, "it was missed")));
        return [.. kept, .. due.Where(at => now - at <= Grace)];
    }
}
