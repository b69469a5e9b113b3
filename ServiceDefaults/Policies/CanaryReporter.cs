using System.Net.Http.Json;
using Agent.Contracts;
using Microsoft.Extensions.Hosting;

namespace Agent.ServiceDefaults.Policies;

/// <summary>Tells the policy service, once a second at most, what this process has decided while a bundle is on trial. The counts are whole each time, so that a lost report costs nothing.</summary>
sealed class CanaryReporter(CanaryCounts counts, IHttpClientFactory clients, TimeProvider time) : BackgroundService
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    readonly string _instance = Guid.CreateVersion7().ToString("N");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        CanaryReport? told = null;
        using var ticks = new PeriodicTimer(Pause, time);
        while (await ticks.WaitForNextTickAsync(stoppingToken))
        {
            if (counts.Report() is { } report && report != told && await TellAsync(report, stoppingToken))
            {
                told = report;
            }
        }
    }

    async Task<bool> TellAsync(CanaryReport report, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerTime);
        try
        {
            using var answer = await clients.CreateClient(BundleFetcher.PolicyService).PutAsJsonAsync($"/canary/counts/{_instance}", report, ContractJson.Options, limit.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or InvalidOperationException && !cancellationToken.IsCancellationRequested)
        {
            // The policy service is away; the next second tells it more.
            return false;
        }
    }
}
