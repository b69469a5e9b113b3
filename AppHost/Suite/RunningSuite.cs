namespace Agent.AppHost.Suite;

/// <summary>The suite, from its start until everything has ended.</summary>
sealed class RunningSuite : IAsyncDisposable
{
    static readonly string[] Services = ["policy-service", "mcp-gateway", "planner-service", "reviewer-service", "executor-service", "dashboard-web"];

    readonly DistributedApplication _application;

    RunningSuite(SuiteSettings settings, DistributedApplication application)
    {
        Settings = settings;
        _application = application;
    }

    public SuiteSettings Settings { get; }

    /// <summary>Starts everything and returns when all of it is healthy.</summary>
    /// <exception cref="StartRefusedException">Something did not start; what did is ended again.</exception>
    public static async Task<RunningSuite> StartAsync(int port, Func<SuiteSettings, DistributedApplication> compose, CancellationToken cancellationToken)
    {
        var settings = await SuiteSettings.ReadAsync(port, cancellationToken);
        var suite = new RunningSuite(settings, compose(settings));
        try
        {
            await suite._application.StartAsync(cancellationToken);
            await suite.HealthyAsync(cancellationToken);
            settings.State.WriteDoor(settings.DoorUrl, settings.DoorKey);
            return suite;
        }
        catch (DistributedApplicationException exception)
        {
            await suite.DisposeAsync();
            throw new StartRefusedException(exception.Data["ExitCode"] is 2 ? 2 : 8, exception.Message);
        }
        catch
        {
            await suite.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Settings.State.RemoveDoor();
        await _application.StopAsync(CancellationToken.None);
#if !ASPIRE
        // Killed, it may have been in the middle of a write. Aspire does not say whether it killed anybody.
        if (Settings.EmbeddedRedis is { } embedded && _application.EndedInOrder)
        {
            await EmbeddedRecovery.EndedInOrderAsync(embedded);
        }
#endif

        await _application.DisposeAsync();
        Settings.State.Dispose();
    }

    /// <summary>Ends at the first failure: the others would only wait for what is not coming.</summary>
    async Task HealthyAsync(CancellationToken cancellationToken)
    {
        var waits = Services.Select(name => (Task)_application.ResourceNotifications.WaitForResourceHealthyAsync(name, cancellationToken)).ToList();
        if (Settings.EmbeddedRedis is not null)
        {
            waits.Add(_application.ResourceNotifications.WaitForResourceHealthyAsync("redis-server", cancellationToken));
        }

        await foreach (var ended in Task.WhenEach(waits).WithCancellation(cancellationToken))
        {
            await ended;
        }
    }
}
