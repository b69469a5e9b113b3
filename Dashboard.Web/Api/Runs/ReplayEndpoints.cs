using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Access;
using Agent.Dashboard.Web.Runs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Agent.Dashboard.Web.Api.Runs;

/// <summary>What is to be played again, and what is to be otherwise.</summary>
/// <param name="RunId">A stored run.</param>
/// <param name="Journal">Instead: the lines of an exported journal.</param>
/// <param name="Policy">Files of a policy directory, by name: what would these have said?</param>
/// <param name="Plan">What would have followed from this plan?</param>
sealed record PlayAgain(Guid? RunId, IReadOnlyList<string>? Journal, IReadOnlyDictionary<string, string>? Policy, JsonElement? Plan);

/// <summary>Runs are played again: nothing is changed by it, and nothing can happen.</summary>
static class ReplayEndpoints
{
    const int LargestJournal = 64 << 20;

    public static void MapReplays(this IEndpointRouteBuilder app)
    {
        app.MapGet("/runs/{runId:guid}/replay", (Guid runId, RunReplays replays, CancellationToken cancellationToken) => AnswerAsync(replays, new ReplayRequest(runId), cancellationToken))
            .WithTags("Runs").WithSummary("Play a run again, without model or tools, and say which entry first came out otherwise");
        app.MapPost("/replays", PlayAsync).Needs(Role.Viewer).WithMetadata(new RequestSizeLimitAttribute(LargestJournal))
            .WithTags("Runs").WithSummary("Play a run or an exported journal again, with other policies or another plan if wanted");
    }

    static async Task<Results<Ok<ReplayAnswer>, ProblemHttpResult>> PlayAsync(PlayAgain body, RunReplays replays, PlanChecker checker, CancellationToken cancellationToken)
    {
        if (body.RunId is null == body.Journal is null)
        {
            return Problems.Of(400, "invalid_request", "Give either \"run_id\" or \"journal\", the lines of an exported journal.");
        }

        Plan? plan = null;
        if (body.Plan is { } wanted)
        {
            var verdict = await checker.CheckAsync(wanted, cancellationToken);
            if (verdict.Plan is null)
            {
                return verdict.Away is null ? Problems.Of(422, "invalid_plan", verdict.Told) : Problems.Of(503, "planner_away", verdict.Told);
            }

            plan = verdict.Plan;
        }

        return await AnswerAsync(replays, new ReplayRequest(body.RunId, body.Journal, body.Policy, plan), cancellationToken);
    }

    static async Task<Results<Ok<ReplayAnswer>, ProblemHttpResult>> AnswerAsync(RunReplays replays, ReplayRequest request, CancellationToken cancellationToken) =>
        await replays.PlayAsync(request, cancellationToken) switch
        {
            ReplayOutcome.Played(var answer) => TypedResults.Ok(answer),
            ReplayOutcome.Refused(var status, var code, var detail) => Problems.Of(status, code, detail),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
}
