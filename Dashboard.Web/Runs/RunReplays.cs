using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Api;

namespace Agent.Dashboard.Web.Runs;

/// <summary>Has planner, executor and reviewer play their parts of a run again, and puts together what they found: the first divergence of all is the run's.</summary>
sealed class RunReplays(IHttpClientFactory clients)
{
    static readonly Peer[] Players = [Peer.Planner, Peer.Executor, Peer.Reviewer];
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public async Task<ReplayOutcome> PlayAsync(ReplayRequest request, CancellationToken cancellationToken)
    {
        var parts = await Task.WhenAll(Players.Select(player => PlayAsync(player, request, cancellationToken)));
        if (parts.Select(part => part.Problem).FirstOrDefault(problem => problem is not null) is { } problem)
        {
            return problem;
        }

        var played = parts.Select(part => part.Part!).ToList();
        var first = played.Zip(Players).Where(part => part.First.Divergence is not null).OrderBy(part => part.First.Divergence!.Sequence).FirstOrDefault();
        return new ReplayOutcome.Played(new ReplayAnswer(
            played[0].RunId, first.First is null, played[0].Entries, played.Sum(part => part.Compared), played[0].TakenOver,
            first.First?.Divergence is { } divergence ? new ReplayDifference(divergence.Sequence, divergence.Type, divergence.Expected, divergence.Recorded, divergence.Why, first.Second.Service) : null));
    }

    async Task<(ReplayPart? Part, ReplayOutcome? Problem)> PlayAsync(Peer player, ReplayRequest request, CancellationToken cancellationToken)
    {
        var client = clients.For(player);
        if (client.BaseAddress is null)
        {
            return (null, new ReplayOutcome.Refused(503, player.Code, $"{player.Title} has no address: services__{player.Service}__http__0 is not set. Start the suite with `dotnet run --project AppHost`, which sets it."));
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var response = await client.PostAsJsonAsync("replays", request, ContractJson.Options, patience.Token);
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity)
            {
                var problem = await response.Content.ReadFromJsonAsync<Problem>(ContractJson.Options, patience.Token);
                return (null, new ReplayOutcome.Refused((int)response.StatusCode, problem?.Code ?? "error", problem?.Detail ?? $"{player.Title} answered {(int)response.StatusCode}."));
            }

            response.EnsureSuccessStatusCode();
            return (await response.Content.ReadFromJsonAsync<ReplayPart>(ContractJson.Options, patience.Token), null);
        }
        catch (Exception away) when (away is HttpRequestException or JsonException || (away is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, new ReplayOutcome.Refused(503, player.Code, $"{player.Title} could not play its part: {away.Message} `agent doctor` says whether it runs."));
        }
    }

    sealed record Problem(string? Detail, string? Code);
}

/// <summary>What became of a replay.</summary>
abstract record ReplayOutcome
{
    ReplayOutcome()
    {
    }

    public sealed record Played(ReplayAnswer Answer) : ReplayOutcome;

    public sealed record Refused(int Status, string Code, string Detail) : ReplayOutcome;
}

/// <summary>A run, played again.</summary>
/// <param name="Compared">So many entries were made again and compared; the others are facts from outside.</param>
/// <param name="TakenOver">Entries a fork repeats; they are played again with the run it was made of.</param>
sealed record ReplayAnswer(Guid RunId, bool Holds, int Entries, int Compared, int TakenOver, ReplayDifference? Divergence);

/// <summary>The first entry that came out otherwise.</summary>
/// <param name="Why">The likely reason.</param>
/// <param name="By">The service that made it again.</param>
sealed record ReplayDifference(long Sequence, string Type, string Expected, string Recorded, string Why, string By);
