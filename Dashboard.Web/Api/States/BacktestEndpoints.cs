using Agent.Contracts;
using Agent.Dashboard.Web.Access;
using Agent.Dashboard.Web.Runs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Agent.Dashboard.Web.Api.States;

/// <summary>Recorded runs, looked at with other thresholds.</summary>
/// <param name="Limits">Text of a <c>limits.yaml</c>.</param>
/// <param name="Since">Only runs submitted since.</param>
/// <param name="Journal">Instead of the stored runs: the lines of one exported journal.</param>
sealed record BacktestStates(string? Limits, DateTimeOffset? Since, IReadOnlyList<string>? Journal);

/// <summary>What supervision would have found: nothing is changed by asking.</summary>
static class BacktestEndpoints
{
    const int LargestJournal = 64 << 20;

    public static void MapBacktests(this IEndpointRouteBuilder app) =>
        app.MapPost("/states/backtest", RunAsync).Needs(Role.Viewer).WithMetadata(new RequestSizeLimitAttribute(LargestJournal))
            .WithTags("States").WithSummary("Which critical states would other thresholds have found in recorded runs?");

    static async Task<Results<Ok<BacktestAnswer>, ProblemHttpResult>> RunAsync(BacktestStates body, StateBacktests backtests, CancellationToken cancellationToken) =>
        string.IsNullOrWhiteSpace(body.Limits) ? Problems.Of(400, "invalid_request", "Give \"limits\", the text of a limits.yaml.")
        : await backtests.RunAsync(new BacktestRequest(body.Limits, body.Since, body.Journal), cancellationToken) switch
        {
            BacktestOutcome.Done(var answer) => TypedResults.Ok(answer),
            BacktestOutcome.Refused(var status, var code, var detail) => Problems.Of(status, code, detail),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
}
