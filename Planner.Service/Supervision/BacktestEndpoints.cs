using Agent.Contracts;
using Agent.Guardrails;
using Agent.Journal;
using Agent.Journal.Replaying;
using Agent.Planner.Service.Runs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Agent.Planner.Service.Supervision;

static class BacktestEndpoints
{
    const int Page = 500;

    /// <summary><c>POST /backtests</c>, for the door.</summary>
    public static void MapBacktests(this IEndpointRouteBuilder app) =>
        app.MapPost("/backtests", async Task<Results<JsonHttpResult<BacktestAnswer>, ProblemHttpResult>> (HttpContext context, RunJournal journal, IOptions<RunOptions> settings) =>
        {
            var request = (await context.Request.ReadFromJsonAsync<BacktestRequest>(ContractJson.Options, context.RequestAborted))!;
            var loaded = PolicyLimits.Load(request.Limits);
            if (loaded.Limits is not { } limits)
            {
                return Problem("invalid_limits", $"The limits are not valid: {string.Join(" ", loaded.Mistakes)}");
            }

            try
            {
                var found = new List<RunFindings>();
                await foreach (var run in RunsAsync(request, journal, context.RequestAborted))
                {
                    found.Add(Backtest.Of(run, RunRules.With(settings.Value, limits, run.StateAfter(1).Workspace)));
                }

                return TypedResults.Json(Backtest.Answer(found), ContractJson.Options);
            }
            catch (JournalFormatException broken)
            {
                return Problem("invalid_journal", broken.Message);
            }
        }).ExcludeFromDescription();

    /// <summary>One after the other: they are large, and there may be many.</summary>
    static async IAsyncEnumerable<RecordedRun> RunsAsync(BacktestRequest request, RunJournal journal, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (request.Journal is { } lines)
        {
            yield return RecordedRun.Parse(lines);
            yield break;
        }

        DateTimeOffset? before = null;
        while (await journal.ListAsync(null, Page, before, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var summary in page)
            {
                if (summary.SubmittedAt < request.Since)
                {
                    yield break;
                }

                if (await RecordedRun.LoadAsync(journal, summary.RunId, cancellationToken) is { } run)
                {
                    yield return run;
                }
            }

            before = page[^1].SubmittedAt;
        }
    }

    static ProblemHttpResult Problem(string code, string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status422UnprocessableEntity, extensions: [new("code", code)]);
}
