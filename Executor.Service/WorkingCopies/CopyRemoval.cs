using Agent.Guardrails;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.ServiceDefaults;

namespace Agent.Executor.Service.WorkingCopies;

/// <summary>Takes away copies nobody needs: of runs that ended and were promoted (or changed nothing) at once, of others, and of runs whose journal is gone, after <c>working_copy.keep_seconds</c>.</summary>
sealed class CopyRemoval(CopyPlaces places, CopyMaking making, RunJournal journal, CurrentBundle bundle, TimeProvider time, ILogger<CopyRemoval> logger) : BackgroundService
{
    static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        do
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                logger.CopiesNotLookedThrough(failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var directory in Directory.Exists(places.Root) ? Directory.EnumerateDirectories(places.Root) : [])
        {
            if (Guid.TryParse(Path.GetFileName(directory), out var runId) && Why(await journal.LoadAsync(runId, cancellationToken), directory) is { } why)
            {
                making.Discard(runId);
                logger.CopyRemoved(runId, why);
            }
        }
    }

    string? Why(RunState? run, string directory)
    {
        var kept = TimeSpan.FromSeconds((bundle.Value?.Limits ?? PolicyLimits.Default)["working_copy.keep_seconds"]);
        return run is null ? time.GetUtcNow().UtcDateTime - Directory.GetLastWriteTimeUtc(directory) > kept ? "its journal is gone" : null
            : run.End is null ? null
            : run.WorkingCopy is { IsPromoted: true } or { Changes: not null, HasChanges: false } ? "its changes are in the workspace"
            : time.GetUtcNow() - run.UpdatedAt > kept ? $"it was kept for {kept}"
            : null;
    }
}
