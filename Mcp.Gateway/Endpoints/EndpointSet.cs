using System.Collections.Immutable;
using Agent.Mcp.Gateway.Endpoints.Settings;
using Agent.Mcp.Gateway.Tools;

namespace Agent.Mcp.Gateway.Endpoints;

/// <summary>All endpoints of the file in force. A new file that is good replaces it as a whole; endpoints whose entry is unchanged keep their session and figures.</summary>
sealed class EndpointSet : IHostedService, IAsyncDisposable
{
    readonly EndpointServices _services;
    readonly ILogger<EndpointSet> _log;
    readonly Lock _lock = new();
    readonly EndpointsFile _first;
    ImmutableSortedDictionary<string, McpEndpoint> _endpoints = ImmutableSortedDictionary.Create<string, McpEndpoint>(StringComparer.OrdinalIgnoreCase);

    public EndpointSet(EndpointsFile file, EndpointServices services, ILogger<EndpointSet> log)
    {
        (_first, _services, _log) = (file, services, log);
        File = new(file.Path, file.Digest, services.Time.GetUtcNow(), []);
        services.Metrics.Endpoints = () => All;
    }

    /// <summary>Which file is in force, and what is wrong with a newer one that was not taken.</summary>
    public FileInForce File { get; private set; }

    public IEnumerable<McpEndpoint> All => Volatile.Read(ref _endpoints).Values;

    /// <summary>The federated tool list may be another one now.</summary>
    public Action? Changed { get; set; }

    public McpEndpoint? Find(string name) => Volatile.Read(ref _endpoints).GetValueOrDefault(name);

    /// <summary>The endpoint and tool a federated name stands for.</summary>
    public (McpEndpoint Endpoint, string Tool)? Resolve(string federated) =>
        FederatedName.Split(federated) is var (name, _) && Find(name) is { } endpoint ? (endpoint, federated) : null;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Take(_first);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync();

    /// <summary>Reads the file again. Its mistakes, if it has any; then nothing has changed.</summary>
    public IReadOnlyList<Mistake> Reload()
    {
        lock (_lock)
        {
            var file = EndpointsFile.Read(File.Path);
            if (file.Mistakes.Count > 0)
            {
                _log.EndpointsRefused(string.Join(Environment.NewLine, file.Mistakes));
                File = File with { Refused = [.. file.Mistakes.Select(mistake => mistake.ToString())] };
            }
            else if (file.Digest != File.Digest || File.Refused.Count > 0)
            {
                File = new(file.Path, file.Digest, _services.Time.GetUtcNow(), []);
                Take(file);
            }

            return file.Mistakes;
        }
    }

    public async ValueTask DisposeAsync()
    {
        var ending = Interlocked.Exchange(ref _endpoints, _endpoints.Clear());
        await Task.WhenAll(ending.Values.Select(endpoint => endpoint.DisposeAsync().AsTask()));
    }

    void Take(EndpointsFile file)
    {
        var before = _endpoints;
        var next = before.Clear();
        var started = new List<McpEndpoint>();
        foreach (var settings in file.Endpoints)
        {
            if (before.TryGetValue(settings.Name, out var known) && known.Settings.Fingerprint == settings.Fingerprint && known.Settings.Name == settings.Name)
            {
                next = next.Add(settings.Name, known);
                continue;
            }

            var endpoint = new McpEndpoint(settings, _services) { Changed = () => Changed?.Invoke() };
            next = next.Add(settings.Name, endpoint);
            started.Add(endpoint);
        }

        Volatile.Write(ref _endpoints, next);
        var ended = before.Values.Where(endpoint => !next.ContainsValue(endpoint)).ToList();
        ended.ForEach(endpoint => _ = endpoint.RetireAsync());
        started.Where(endpoint => endpoint.Settings.Enabled).ToList().ForEach(endpoint => _ = endpoint.WatchAsync());
        _log.EndpointsRead(file.Path, next.Count - started.Count, started.Count, ended.Count);
        Changed?.Invoke();
    }
}

/// <param name="Refused">Mistakes of a newer file that was not taken.</param>
sealed record FileInForce(string Path, string Digest, DateTimeOffset TakenAt, IReadOnlyList<string> Refused);
