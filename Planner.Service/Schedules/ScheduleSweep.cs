using Agent.Contracts;
using Agent.Journal;
using Agent.ServiceDefaults.Schedules;
using Agent.Planner.Service.Runs;
using Agent.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Agent.Planner.Service.Schedules;

/// <summary>Makes the runs that schedules owe. Level-triggered, by every planner: each time has a key that makes it one run, so it does not matter how many look, or where one dies.</summary>
sealed class ScheduleSweep(
    ScheduleBook book, IdempotencyKeys keys, RunJournal journal, StopSign sign, IBus bus, PlannerInstance instance, IOptions<ScheduleOptions> options, TimeProvider time, ILogger<ScheduleSweep> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval, time);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // The store is away, or the like: the next round asks again, and nothing is lost but time.
                logger.SchedulesNotLookedAt(failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (sign.IsUp)
        {
            // What is missed meanwhile is dealt with by the schedule's misfire rule.
            return;
        }

        foreach (var schedule in await book.AllAsync(cancellationToken))
        {
            await LookAsync(schedule, cancellationToken);
        }
    }

    async Task LookAsync(Schedule schedule, CancellationToken cancellationToken)
    {
        var isOpen = schedule.LastRun is { } last && await journal.LoadAsync(last, cancellationToken) is { End: null };
        var (fire, after) = ScheduleDecider.Decide(schedule, time.GetUtcNow(), isOpen);
        if (ReferenceEquals(after, schedule))
        {
            return;
        }

        if (fire is { } at)
        {
            // The run first: should this process die before the schedule is written, the next one comes to the same time and so to the same run.
            var runId = await FireAsync(schedule, at, cancellationToken);
            after = ScheduleDecider.Fired(after, at, runId);
        }

        await book.KeepAsync(schedule.Name, present => present.Id == schedule.Id && present.Revision == schedule.Revision ? after with { Revision = schedule.Revision + 1 } : null, cancellationToken);
    }

    async Task<Guid> FireAsync(Schedule schedule, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var submitted = new RunSubmitted(
            schedule.Goal, schedule.Workspace, schedule.Principal, SignOff: schedule.SignOff ? true : null, Priority: schedule.Priority, Origin: $"schedule {schedule.Name} for {at:yyyy-MM-dd'T'HH:mm:ss'Z'}",
            Webhook: schedule.Webhook);
        var claim = await keys.ClaimAsync("schedules", $"{schedule.Id}:{at.ToUnixTimeSeconds()}", "-", Guid.CreateVersion7(), cancellationToken);

        // Also for a key that is not new: who claimed it may have died before the append. A run that is there refuses a second first entry.
        if (await journal.AppendAsync(claim.RunId, JournalHead.Empty, [submitted], instance.Name, cancellationToken) is AppendResult.Appended)
        {
            logger.ScheduleFired(claim.RunId, schedule.Name, at);
        }

        var planner = await bus.GetSendEndpoint(new Uri("queue:plan-run"));
        await planner.Send(new PlanRun(claim.RunId), cancellationToken);
        return claim.RunId;
    }
}
