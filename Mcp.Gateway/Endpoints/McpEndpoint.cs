using Agent.Mcp.Gateway.Endpoints.Connections;
using Agent.Mcp.Gateway.Endpoints.Health;
using Agent.Mcp.Gateway.Endpoints.Settings;
using Agent.Mcp.Gateway.Tools;
using ModelContextProtocol.Protocol;

namespace Agent.Mcp.Gateway.Endpoints;

/// <summary>One endpoint with everything the gateway knows of it. Shares nothing with its neighbours, so that none can harm another.</summary>
sealed class McpEndpoint : IAsyncDisposable
{
    readonly EndpointServices _services;
    readonly HealthHysteresis _health;
    readonly CancellationTokenSource _ending = new();
    ToolCatalogue? _catalogue;
    int _inFlight;

    public McpEndpoint(EndpointSettings settings, EndpointServices services)
    {
        _services = services;
        Settings = settings;
        _health = new HealthHysteresis(settings.Health);
        Breaker = new CircuitBreaker(settings.Breaker, services.Time);
        RateLimit = settings.RateLimit is { } limit ? new TokenBucket(limit, services.Time) : null;
        Slots = new SemaphoreSlim(settings.MaxConcurrent);
        Connection = new EndpointConnection(settings, services.Environment, services.Loggers, services.Time);
        Connection.Opened = () => services.Metrics.SessionMade(settings.Name);
        Watch = new EndpointWatch(this);
    }

    public EndpointSettings Settings { get; }

    public CircuitBreaker Breaker { get; }

    public TokenBucket? RateLimit { get; }

    public LatencyWindow Latency { get; } = new();

    public EndpointTally Tally { get; } = new();

    public SemaphoreSlim Slots { get; }

    public EndpointConnection Connection { get; }

    public EndpointWatch Watch { get; }

    public EndpointServices Services => _services;

    public EndpointHealth Health => Settings.Enabled ? _health.State : EndpointHealth.Disabled;

    public bool IsUsable => Health is EndpointHealth.Healthy or EndpointHealth.Degraded;

    public IReadOnlyList<EndpointTool> Tools => Volatile.Read(ref _catalogue)?.Tools ?? [];

    public int FailuresInARow => _health.FailuresInARow;

    public int CallsUnderWay => Volatile.Read(ref _inFlight);

    /// <summary>What this endpoint offers, or whether that can be called, has changed.</summary>
    public Action? Changed { get; set; }

    /// <summary>The tool by either of its names; waits for the first list if there was none yet.</summary>
    public async Task<EndpointTool?> FindAsync(string tool, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _catalogue) is null && Health == EndpointHealth.Starting && Breaker.CoolUntil is null)
        {
            await Watch.ProbeAsync(cancellationToken);
        }

        return Find(tool);
    }

    public EndpointTool? Find(string tool) => Volatile.Read(ref _catalogue)?.Find(tool);

    public bool Accept(string tool, string hash, string principal)
    {
        var accepted = _services.Pins.Accept(Settings.Name, tool, hash, principal);
        if (accepted && Volatile.Read(ref _catalogue) is { } catalogue)
        {
            Take(catalogue.Tools.Select(known => known.Definition.Protocol));
        }

        return accepted;
    }

    public void CallBegan() => Interlocked.Increment(ref _inFlight);

    public void CallEnded() => Interlocked.Decrement(ref _inFlight);

    /// <summary>Probes until the endpoint is retired.</summary>
    public Task WatchAsync() => Watch.RunAsync(_ending.Token);

    /// <summary>It asked for a pause outside of a call.</summary>
    public void CooledDown(TimeSpan wait)
    {
        _services.Log.CooledDown(Settings.Name, wait.TotalSeconds);
        Breaker.TryEnter().Permit?.CoolDown(wait);
    }

    /// <summary>A call's verdict for the breaker.</summary>
    public void CallFailed(CircuitBreaker.Permit permit)
    {
        var trips = Breaker.Trips;
        permit.Failed();
        if (Breaker.Trips != trips)
        {
            _services.Metrics.Tripped(Settings.Name);
            _services.Log.BreakerOpened(Settings.Name);
        }
    }

    public void Answered(CircuitBreaker.Permit permit, TimeSpan duration)
    {
        Latency.Add(duration);
        _services.Metrics.Answered(Settings.Name, duration);
        permit.Succeeded();
        Succeeded();
    }

    public void Succeeded() => Record(succeeded: true);

    public void Failed(Diagnosis diagnosis)
    {
        // The same failure again, probe after probe, is one line until something changes.
        if (Tally.LastError?.Cause != diagnosis.Cause || Health != EndpointHealth.Unhealthy)
        {
            _services.Log.EndpointFailed(Settings.Name, diagnosis.Cause, diagnosis.Cure);
        }

        Tally.Failed(diagnosis, _services.Time.GetUtcNow());
        Record(succeeded: false);
    }

    /// <summary>Ends it when the calls under way have ended, or their time is up.</summary>
    public async Task RetireAsync()
    {
        await _ending.CancelAsync();
        using var patience = new CancellationTokenSource(Settings.CallTimeout);
        try
        {
            for (var slot = 0; slot < Settings.MaxConcurrent; slot++)
            {
                await Slots.WaitAsync(patience.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // What still runs has had its time.
        }

        await DisposeAsync();
    }

    public bool IsDisposed => _ending.IsCancellationRequested;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Connection.DisposeAsync();
    }

    /// <summary>What the endpoint offers now.</summary>
    public void Take(IEnumerable<Tool> offered)
    {
        var before = Volatile.Read(ref _catalogue);
        var catalogue = ToolCatalogue.Of(Settings, offered, _services.Pins);
        if (catalogue.Same(before))
        {
            return;
        }

        Volatile.Write(ref _catalogue, catalogue);
        var quarantined = catalogue.Tools.Where(tool => tool.Standing == ToolStanding.Quarantined && before?.Find(tool.Tool)?.Standing != ToolStanding.Quarantined).Select(tool => tool.Tool).ToList();
        if (quarantined.Count > 0)
        {
            _services.Log.DefinitionsChanged(Settings.Name, string.Join(", ", quarantined));
        }

        Changed?.Invoke();
    }

    void Record(bool succeeded)
    {
        var (before, after) = _health.Record(succeeded);
        if (before != after)
        {
            _services.Log.HealthChanged(Settings.Name, after, before);
            Changed?.Invoke();
        }
    }
}
