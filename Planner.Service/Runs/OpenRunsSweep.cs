using Agent.Journal;
using Agent.Journal.Budgets;
using Agent.Journal.Slots;
using Agent.Planner.Service.Budgets;
using Agent.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Agent.Planner.Service.Runs;

/// <summary>Looks at every open run on a timer. Hints make runs fast, this makes them certain.</summary>
sealed class OpenRunsSweep(RunJournal journal, BudgetLedger budgets, SharedBudgets shared, SlotBook slots, RunWork work, RunStates states, StopSign sign, IOptions<RunOptions> options, TimeProvider time, ILogger<OpenRunsSweep> logger) : BackgroundService
{
    const int AtOnce = 8;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        Task<bool>? tick = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            // Asked before the sweep: a change during it makes another one follow at once.
            var changed = sign.ChangedAsync();
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // The store is away, or the like: the next round asks again.
                logger.SweepFailed(failure);
            }

            await Task.WhenAny(tick ??= timer.WaitForNextTickAsync(stoppingToken).AsTask(), changed);
            tick = tick.IsCompleted ? null : tick;
        }
    }

    async Task SweepAsync(CancellationToken cancellationToken)
    {
        states.Trim();
        await budgets.ReleaseOrphansAsync(cancellationToken);
        await slots.ReleaseOrphansAsync(() => journal.OpenRunsAsync(cancellationToken), cancellationToken);
        await shared.KeepUpAsync(cancellationToken);
        var open = await journal.OpenRunsAsync(cancellationToken);
        CrashPoint.Reach("sweep.listed");
        await Parallel.ForEachAsync(open, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (runId, token) =>
        {
            try
            {
                await work.SweepAsync(runId, token);
            }
            catch (Exception failure) when (!token.IsCancellationRequested)
            {
                // One run that can not be read must not keep the others waiting.
                logger.RunNotLookedAt(failure, runId);
            }
        });
    }
}
