using System.Net;
using System.Net.Sockets;
using Agent.AppHost.Local.Processes;

namespace Agent.AppHost.Local.Running;

/// <summary>Keeps one process of a resource running: starts it when what it waits for is healthy, says when it is healthy, starts it again after a crash.</summary>
sealed class ReplicaRunner(ProcessResource resource, int replica, IReadOnlyDictionary<string, string> environment, ProcessLog log, HttpClient http) : IDisposable
{
    static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(40);
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    readonly TaskCompletionSource _healthy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Backoff _backoff = new();
    ChildProcess? _child;
    Task _running = Task.CompletedTask;

    public ProcessResource Resource => resource;

    /// <summary>Healthy for the first time, or failed to get there.</summary>
    public Task Healthy => _healthy.Task;

    public int? ProcessId => _child?.Id;

    public void Start(Task dependencies, CancellationToken stopping) => _running = KeepRunningAsync(dependencies, stopping);

    /// <summary>Asks it to end, and ends it with all it started when it has not after <paramref name="grace"/>.</summary>
    /// <returns>True when it was running, and ended by itself.</returns>
    public async Task<bool> StopAsync(TimeSpan grace)
    {
        var inOrder = false;
        if (_child is { } child)
        {
            child.Terminate();
            await child.Exited.WaitAsync(grace).ContinueWith(static _ => { }, TaskScheduler.Default);
            inOrder = child.Exited.IsCompleted;
            child.Kill();
        }

        await _running;
        return inOrder;
    }

    public void Dispose()
    {
        _child?.Dispose();
        log.Dispose();
    }

    async Task KeepRunningAsync(Task dependencies, CancellationToken stopping)
    {
        try
        {
            await dependencies.WaitAsync(stopping);
            while (!stopping.IsCancellationRequested)
            {
                await (resource.Preparation?.Invoke(stopping) ?? Task.CompletedTask);
                var started = TimeProvider.System.GetTimestamp();
                using var child = ChildProcess.Start(resource, environment, log);
                _child = child;
                if (!Healthy.IsCompleted)
                {
                    _ = WatchUntilHealthyAsync(child, stopping);
                }

                var code = await child.Exited;
                _child = null;
                if (stopping.IsCancellationRequested)
                {
                    break;
                }

                if (!Healthy.IsCompletedSuccessfully)
                {
                    Fail(code);
                    return;
                }

                var delay = _backoff.After(TimeProvider.System.GetElapsedTime(started));
                log.Note($"{resource.Name} ended with {code}; starting it again in {delay.TotalSeconds:0.#} s.");
                await Task.Delay(delay, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host is stopping, or what this one waits for did not start and has said why.
        }
        catch (Exception exception)
        {
            _healthy.TrySetException(exception);
        }

        _healthy.TrySetCanceled(CancellationToken.None);
    }

    async Task WatchUntilHealthyAsync(ChildProcess child, CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(StartLimit);
        var last = "it did not listen";
        try
        {
            while (!child.Exited.IsCompleted)
            {
                if (await LookAsync(limit.Token) is not { } reason)
                {
                    _healthy.TrySetResult();
                    return;
                }

                last = reason;
                await Task.Delay(PollEvery, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            _healthy.TrySetException(new DistributedApplicationException(
                $"{resource.Name} was not healthy within {StartLimit.TotalSeconds:0} s: {last}. Its log: {log.Path}"));
        }
        catch (OperationCanceledException)
        {
            _healthy.TrySetCanceled(CancellationToken.None);
        }
    }

    /// <returns>Null when healthy, else what is missing.</returns>
    async Task<string?> LookAsync(CancellationToken cancellationToken)
    {
        if (resource.Endpoint is not { } endpoint)
        {
            return null;
        }

        try
        {
            if (resource.HealthPath is not { } path)
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(IPAddress.Loopback, endpoint.Ports[replica], cancellationToken);
                return null;
            }

            using var answer = await http.GetAsync(new Uri(endpoint.UrlOf(replica) + path), cancellationToken);
            return answer.IsSuccessStatusCode ? null : $"{path} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}";
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException)
        {
            return exception.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The client's own time-out: slow to answer is not healthy yet, and no reason to give up.
            return $"{resource.HealthPath} gave no answer within {http.Timeout.TotalSeconds:0} s";
        }
    }

    void Fail(int code)
    {
        var words = log.LastWords;
        var message = words.Length > 0 ? words : $"{resource.Name} ended with exit code {code} and said nothing. Its log: {log.Path}";
        var failure = new DistributedApplicationException(message);
        failure.Data["ExitCode"] = code;
        failure.Data["Resource"] = resource.Name;
        _healthy.TrySetException(failure);
    }
}
