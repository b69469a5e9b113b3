using System.Runtime.InteropServices;
using Agent.Policy.Service.Bundles;

namespace Agent.Policy.Service.Reload;

/// <summary>What makes the service look at its policies again: a changed file, or SIGHUP.</summary>
sealed class ReloadTriggers(PolicyOptions options, ReloadBell bell, Reloading reloading, TimeProvider time, ILogger<ReloadTriggers> logger) : BackgroundService
{
    // An editor saves in several steps; what it leaves after this pause is what is read.
    static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(150);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            bell.Ring("SIGHUP");
        });
        using var watcher = Watch();

        await foreach (var reason in bell.AsksAsync(stoppingToken))
        {
            await Task.Delay(Settling, time, stoppingToken);
            logger.Reloads(reason);
            await reloading.ReloadAsync(stoppingToken);
        }
    }

    FileSystemWatcher? Watch()
    {
        try
        {
            var watcher = new FileSystemWatcher(options.Directory) { IncludeSubdirectories = true, NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.FileName | NotifyFilters.DirectoryName };
            watcher.Changed += (_, change) => bell.Ring(change.Name ?? "change");
            watcher.Created += (_, change) => bell.Ring(change.Name ?? "change");
            watcher.Deleted += (_, change) => bell.Ring(change.Name ?? "change");
            watcher.Renamed += (_, change) => bell.Ring(change.Name ?? "change");
            watcher.Error += (_, error) => bell.Ring(error.GetException().Message);
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            logger.NotWatched(options.Directory, exception.Message);
            return null;
        }
    }
}
