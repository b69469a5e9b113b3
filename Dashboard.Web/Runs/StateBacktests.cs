using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Api;

namespace Agent.Dashboard.Web.Runs;

/// <summary>Has the planner look at recorded runs with other thresholds of supervision.</summary>
sealed class StateBacktests(IHttpClientFactory clients)
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public async Task<BacktestOutcome> RunAsync(BacktestRequest request, CancellationToken cancellationToken)
    {
        var planner = clients.For(Peer.Planner);
        if (planner.BaseAddress is null)
        {
            return new BacktestOutcome.Refused(503, Peer.Planner.Code, $"{Peer.Planner.Title} has no address: services__{Peer.Planner.Service}__http__0 is not set. Start the suite with `dotnet run --project AppHost`, which sets it.");
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var response = await planner.PostAsJsonAsync("backtests", request, ContractJson.Options, patience.Token);
            if (response.StatusCode == HttpStatusCode.UnprocessableEntity)
            {
                var problem = await response.Content.ReadFromJsonAsync<Problem>(ContractJson.Options, patience.Token);
                return new BacktestOutcome.Refused(422, problem?.Code ?? "error", problem?.Detail ?? $"{Peer.Planner.Title} answered 422.");
            }

            response.EnsureSuccessStatusCode();
            return new BacktestOutcome.Done((await response.Content.ReadFromJsonAsync<BacktestAnswer>(ContractJson.Options, patience.Token))!);
        }
        catch (Exception away) when (away is HttpRequestException or JsonException || (away is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new BacktestOutcome.Refused(503, Peer.Planner.Code, $"{Peer.Planner.Title} could not look at the runs: {away.Message} `agent doctor` says whether it runs.");
        }
    }

    sealed record Problem(string? Detail, string? Code);
}

/// <summary>What became of a backtest.</summary>
abstract record BacktestOutcome
{
    BacktestOutcome()
    {
    }

    public sealed record Done(BacktestAnswer Answer) : BacktestOutcome;

    public sealed record Refused(int Status, string Code, string Detail) : BacktestOutcome;
}
