using System.Diagnostics;
using Agent.Dashboard.Web.Api;

namespace Agent.Dashboard.Web.Components.Pages.Overview;

/// <summary>Whether a service can work, as it says itself.</summary>
sealed record ServiceHealth(string Service, string State, TimeSpan Took, string? Reason);

/// <summary>Asks every service the door was told of for its <c>/health</c>.</summary>
sealed class SuiteHealth(IHttpClientFactory clients, IConfiguration configuration)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<IReadOnlyList<ServiceHealth>> AskAsync()
    {
        var services = configuration.GetSection("services").GetChildren()
            .Select(service => (service.Key, Address: service["http:0"]))
            .Where(service => service.Address is { Length: > 0 })
            .OrderBy(service => service.Key, StringComparer.Ordinal);
        return await Task.WhenAll(services.Select(service => AskAsync(service.Key, service.Address!)));
    }

    async Task<ServiceHealth> AskAsync(string service, string address)
    {
        var started = Stopwatch.GetTimestamp();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            using var response = await clients.CreateClient(PeerSetup.HealthClient).GetAsync(new Uri(new Uri(address), "health"), patience.Token);
            var answer = new PeerHealth(await response.Content.ReadAsStringAsync(patience.Token));
            return new(service, answer.Status ?? (response.IsSuccessStatusCode ? "healthy" : "unhealthy"), Stopwatch.GetElapsedTime(started), answer.Reason);
        }
        catch (HttpRequestException unreachable)
        {
            return new(service, "away", Stopwatch.GetElapsedTime(started), $"It does not answer ({unreachable.HttpRequestError}).");
        }
        catch (OperationCanceledException)
        {
            return new(service, "away", Patience, $"No answer within {Patience.TotalSeconds:0} s.");
        }
    }
}

/// <summary>Reads <c>{"status":"unhealthy","checks":{"store":{"status":"unhealthy","reason":"…"}}}</c>, or the bare word.</summary>
sealed class PeerHealth
{
    public PeerHealth(string body)
    {
        try
        {
            using var json = System.Text.Json.JsonDocument.Parse(body);
            var root = json.RootElement;
            Status = root.TryGetProperty("status", out var status) ? status.GetString() : null;
            if (root.TryGetProperty("checks", out var checks))
            {
                var reasons = checks.EnumerateObject()
                    .Where(check => check.Value.TryGetProperty("status", out var word) && word.GetString() != "healthy")
                    .Select(check => $"{check.Name}: {(check.Value.TryGetProperty("reason", out var reason) ? reason.GetString() : "no reason given")}");
                Reason = string.Join("; ", reasons) is { Length: > 0 } all ? all : null;
            }
        }
        catch (System.Text.Json.JsonException)
        {
            Status = body.Length is > 0 and < 20 ? body.ToLowerInvariant() : null;
        }
    }

    public string? Status { get; }

    public string? Reason { get; }
}
