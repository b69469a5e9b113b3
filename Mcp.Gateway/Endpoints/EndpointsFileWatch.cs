namespace Agent.Mcp.Gateway.Endpoints;

/// <summary>Reads the endpoints file again when it was written. Looks at the directory, since editors replace a file rather than write into it.</summary>
sealed class EndpointsFileWatch(EndpointSet endpoints, TimeProvider time) : BackgroundService
{
    /// <summary>Writers need a moment between the first and the last of their changes.</summary>
    static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var path = Path.GetFullPath(endpoints.File.Path);
        var directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
        {
            return;
        }

        using var touched = new SemaphoreSlim(0);
        using var watcher = new FileSystemWatcher(directory, Path.GetFileName(path)) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.CreationTime };
        watcher.Changed += (_, _) => touched.Release();
        watcher.Created += (_, _) => touched.Release();
        watcher.Renamed += (_, _) => touched.Release();
        watcher.EnableRaisingEvents = true;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await touched.WaitAsync(stoppingToken);
                await Task.Delay(Settling, time, stoppingToken);
                while (touched.Wait(0, stoppingToken))
                {
                    // One reading answers all the touches so far.
                }

                if (File.Exists(path))
                {
                    endpoints.Reload();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }
}
