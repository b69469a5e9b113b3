using Agent.Mcp.Gateway.Endpoints.Connections;
using Agent.Mcp.Gateway.Endpoints.Settings;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Agent.Mcp.Gateway.Endpoints;

/// <summary>Keeps knowing whether an endpoint can be used and what it offers: probes it at its interval, sooner after a failure or when something was heard of it.</summary>
sealed class EndpointWatch
{
    const int MostTools = 2000;
    const string LastWithPing = "2025-11-25";
    static readonly TimeSpan ShortLife = TimeSpan.FromSeconds(30);
    static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    readonly McpEndpoint _endpoint;
    readonly EndpointServices _services;
    readonly SemaphoreSlim _probing = new(1, 1);
    readonly TaskCompletionSource _probedOnce = NewSignal();
    TaskCompletionSource _wake = NewSignal();
    int _shortLives;

    public EndpointWatch(McpEndpoint endpoint)
    {
        (_endpoint, _services) = (endpoint, endpoint.Services);
        endpoint.Connection.ToolsChanged = Wake;
        endpoint.Connection.Lost = OnLost;
    }

    /// <summary>Done when it is known whether the endpoint can be used.</summary>
    public Task ProbedOnce => _endpoint.Settings.Enabled ? _probedOnce.Task : Task.CompletedTask;

    /// <summary>When the last probe ended; null before the first.</summary>
    public DateTimeOffset? ProbedAt { get; private set; }

    public async Task RunAsync(CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            var wake = Volatile.Read(ref _wake).Task;
            try
            {
                await ProbeAsync(ending);

                // A server that announces changes without end is not probed without end.
                await Task.Delay(ShortestPause, _services.Time, ending);
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(ending);
                await Task.WhenAny(wake, Task.Delay(Pause(), _services.Time, waiting.Token));
                await waiting.CancelAsync();
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                _services.Log.WatchFailed(problem, _endpoint.Settings.Name);
                await Task.WhenAny(Task.Delay(LongestPause, _services.Time, ending));
            }
        }
    }

    /// <summary>Lists the tools: proof of life, and the way a changed definition is noticed.</summary>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        await _probing.WaitAsync(cancellationToken);
        try
        {
            await ProbeOnceAsync(cancellationToken);
        }
        finally
        {
            ProbedAt = _services.Time.GetUtcNow();
            _probedOnce.TrySetResult();
            _probing.Release();
        }
    }

    /// <summary>Probes soon, for something was heard of the endpoint.</summary>
    public void Wake()
    {
        // One that dies as soon as it is started must not be started again at once, for ever.
        if (_shortLives < 2)
        {
            Interlocked.Exchange(ref _wake, NewSignal()).TrySetResult();
        }
    }

    async Task ProbeOnceAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_endpoint.Settings.ProbeTimeout);
        McpClient? client = null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                client = await _endpoint.Connection.GetAsync(deadline.Token);
                _endpoint.Take(await ListAsync(client, deadline.Token));
                _endpoint.Breaker.ProbeSucceeded();
                _endpoint.Succeeded();
                return;
            }
            catch (CooldownException cooldown)
            {
                // It lives: it only wants to be left alone.
                _endpoint.CooledDown(cooldown.RetryAfter);
                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
            catch (OperationCanceledException) when (_endpoint.CallsUnderWay > 0)
            {
                // Busy with a long call: a server that works on one thing at a time can not answer, and is not dead.
                return;
            }
            catch (Exception problem) when (attempt == 1 && client is not null && Diagnosis.IsLostSession(problem))
            {
                // It was restarted in between.
                await _endpoint.Connection.DropAsync(client);
            }
            catch (Exception problem)
            {
                _endpoint.Failed(_endpoint.Connection.Diagnose(problem));
                if (client is not null)
                {
                    await _endpoint.Connection.DropAsync(client);
                }

                return;
            }
        }
    }

    static async Task<IReadOnlyList<Tool>> ListAsync(McpClient client, CancellationToken cancellationToken)
    {
        if (client.ServerCapabilities.Tools is null)
        {
            if (client.NegotiatedProtocolVersion is not { } version || string.CompareOrdinal(version, LastWithPing) <= 0)
            {
                await client.PingAsync(cancellationToken: cancellationToken);
            }

            return [];
        }

        var tools = new List<Tool>();
        string? cursor = null;
        do
        {
            var page = await client.ListToolsAsync(new ListToolsRequestParams { Cursor = cursor }, cancellationToken);
            tools.AddRange(page.Tools);
            cursor = page.NextCursor;
        }
        while (cursor is not null && tools.Count < MostTools);

        return tools;
    }

    void OnLost(Diagnosis diagnosis, TimeSpan lived)
    {
        _shortLives = lived < ShortLife ? _shortLives + 1 : 0;
        if (_endpoint.Settings.Target is EndpointTarget.Stdio || _shortLives > 1)
        {
            _endpoint.Failed(diagnosis);
        }

        Wake();
    }

    TimeSpan Pause()
    {
        if (_endpoint.Breaker.CoolUntil is { } cool)
        {
            return cool - _services.Time.GetUtcNow() is var rest && rest > ShortestPause ? rest : ShortestPause;
        }

        var failures = Math.Max(_endpoint.FailuresInARow, _shortLives - 1);
        if (failures <= 0)
        {
            return _endpoint.Settings.Health.Interval;
        }

        var pause = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(failures - 1, 10)));
        return pause < LongestPause ? pause : LongestPause;
    }

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
