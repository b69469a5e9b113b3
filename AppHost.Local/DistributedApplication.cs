using System.Runtime.InteropServices;
using Agent.AppHost.Local.Processes;
using Agent.AppHost.Local.Running;

namespace Agent.AppHost.Local;

/// <summary>A composed application: starts its processes side by side, keeps them running, ends them all.</summary>
public sealed class DistributedApplication : IAsyncDisposable
{
    /// <summary>A service may be killed at any time and nothing is lost: Ctrl+C must not wait for it.</summary>
    static readonly TimeSpan ServiceGrace = TimeSpan.FromMilliseconds(250);

    /// <summary>A store that is killed has to recover at the next start, which takes longer than letting it end.</summary>
    static readonly TimeSpan ProgramGrace = TimeSpan.FromSeconds(2);

    readonly CancellationTokenSource _stopping = new();
    readonly SocketsHttpHandler _handler = new() { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(1) };
    readonly HttpClient _http;
    readonly List<ReplicaRunner> _runners = [];
    readonly List<ProcessResource> _resources;
    readonly string _logs;
    Task? _stopped;

    internal DistributedApplication(List<ProcessResource> resources, string logs)
    {
        _resources = resources;
        _logs = logs;
        _http = new HttpClient(_handler) { Timeout = TimeSpan.FromSeconds(5) };
        ResourceNotifications = new ResourceNotificationService(_runners);
    }

    public ResourceNotificationService ResourceNotifications { get; }

    /// <summary>After the stop: each program that the services use was there, and ended by itself when it was asked; none had to be killed.</summary>
    public bool EndedInOrder { get; private set; }

    internal IReadOnlyList<ReplicaRunner> Runners => _runners;

    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => new DistributedApplicationBuilder(args);

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        TakePorts();
        foreach (var resource in _resources)
        {
            for (var replica = 0; replica < resource.Replicas; replica++)
            {
                var name = resource.Replicas == 1 ? resource.Name : $"{resource.Name}-{replica}";
                _runners.Add(new ReplicaRunner(resource, replica, ChildEnvironment.Of(resource, replica), new ProcessLog(_logs, name), _http));
            }
        }

        foreach (var runner in _runners)
        {
            var dependencies = Task.WhenAll(_runners.Where(other => runner.Resource.WaitsFor.Contains(other.Resource)).Select(other => other.Healthy));
            runner.Start(dependencies, _stopping.Token);
        }

        return Task.CompletedTask;
    }

    /// <summary>Until Ctrl+C, a termination signal or the token.</summary>
    public static async Task WaitForShutdownAsync(CancellationToken cancellationToken = default)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Ask);
        await using var token = cancellationToken.Register(() => asked.TrySetResult());
        await asked.Task;

        void Ask(PosixSignalContext context)
        {
            context.Cancel = true;
            asked.TrySetResult();
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        await StartAsync(cancellationToken);
        await WaitForShutdownAsync(cancellationToken);
        await StopAsync(cancellationToken);
    }

    /// <summary>Ends the services, then the programs they use. A process that has not ended in time is killed: what it had accepted is safe in the journal.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => _stopped ??= StopCoreAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _runners.ForEach(runner => runner.Dispose());
        _http.Dispose();
        _handler.Dispose();
        _stopping.Dispose();
    }

    async Task StopCoreAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_runners.Where(runner => runner.Resource is ProjectResource).Select(runner => runner.StopAsync(ServiceGrace)));
        var programs = await Task.WhenAll(_runners.Where(runner => runner.Resource is not ProjectResource).Select(runner => runner.StopAsync(ProgramGrace)));
        EndedInOrder = programs.All(inOrder => inOrder);
    }

    void TakePorts()
    {
        var open = _resources.Where(resource => resource.Endpoint is { FixedPort: null }).ToList();
        var ports = new Queue<int>(FreePorts.Take(open.Sum(resource => resource.Replicas)));
        foreach (var resource in _resources)
        {
            if (resource.Endpoint is { } endpoint)
            {
                endpoint.Ports = endpoint.FixedPort is { } port
                    ? [port]
                    : [.. Enumerable.Range(0, resource.Replicas).Select(_ => ports.Dequeue())];
            }
        }
    }
}

/// <summary>Tells when a resource is ready.</summary>
public sealed class ResourceNotificationService
{
    readonly IReadOnlyList<ReplicaRunner> _runners;

    internal ResourceNotificationService(IReadOnlyList<ReplicaRunner> runners) => _runners = runners;

    /// <summary>Ends when every replica was healthy once; fails with what the first failing one said.</summary>
    public Task WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        Task.WhenAll(_runners.Where(runner => runner.Resource.Name == resourceName).Select(runner => runner.Healthy)).WaitAsync(cancellationToken);
}
