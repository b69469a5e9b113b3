using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Api;

namespace Agent.Dashboard.Web.Runs;

/// <summary>Has the planner read a person's plan as it reads a model's: the same limits, the same known tools, every mistake named.</summary>
sealed class PlanChecker(IHttpClientFactory clients)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public async Task<PlanVerdict> CheckAsync(JsonElement plan, CancellationToken cancellationToken)
    {
        var planner = clients.For(Peer.Planner);
        if (planner.BaseAddress is null)
        {
            return new PlanVerdict(null, [], $"{Peer.Planner.Title} has no address: services__{Peer.Planner.Service}__http__0 is not set, so the plan can not be checked.");
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var response = await planner.PostAsJsonAsync("plans/check", plan, patience.Token);
            response.EnsureSuccessStatusCode();
            var read = (await response.Content.ReadFromJsonAsync<PlanVerdict>(ContractJson.Options, patience.Token))!;
            return read;
        }
        catch (Exception away) when (away is HttpRequestException or JsonException || (away is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new PlanVerdict(null, [], $"{Peer.Planner.Title} does not answer, so the plan can not be checked: {away.Message} Try again shortly.");
        }
    }

    /// <summary>A plan as a person typed it.</summary>
    public async Task<PlanVerdict> CheckAsync(string text, CancellationToken cancellationToken)
    {
        JsonElement plan;
        try
        {
            plan = JsonElement.Parse(text);
        }
        catch (JsonException malformed)
        {
            return new PlanVerdict(null, [$"This is not JSON: {malformed.Message}"]);
        }

        return await CheckAsync(plan, cancellationToken);
    }
}

/// <summary>What became of checking a plan.</summary>
/// <param name="Plan">As it would be taken; null if it is not.</param>
/// <param name="Away">Why it could not be checked; null if it was.</param>
sealed record PlanVerdict(Plan? Plan, IReadOnlyList<string> Mistakes, string? Away = null)
{
    public string Told => Away ?? $"The plan has {(Mistakes.Count == 1 ? "a mistake" : $"{Mistakes.Count} mistakes")}:\n{string.Join('\n', Mistakes.Select(mistake => "- " + mistake))}";
}
