using System.Security.Claims;
using System.Text.Json;
using Agent.Dashboard.Web.Access;
using Agent.Dashboard.Web.Runs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Dashboard.Web.Api.Runs;

/// <summary>What the next attempt is to do differently.</summary>
sealed record RetryStep(string? Comment);

/// <summary>A person's judgement of a step.</summary>
sealed record JudgeStep(bool? Accept, string? Comment);

/// <summary>Where the run is to stand.</summary>
/// <param name="Priority">0 (last) to 9 (first).</param>
sealed record PrioritiseRun(int? Priority, string? Comment);

/// <summary>A word into the run.</summary>
/// <param name="StepId">Null = for every step.</param>
sealed record SayToRun(string? Text, string? StepId);

/// <summary>Where to fork, and with which plan to go on.</summary>
sealed record ForkRun(long? Sequence, JsonElement? Plan);

/// <summary>What an operator does to a run beside stopping and starting it.</summary>
static class SteeringEndpoints
{
    public static RouteGroupBuilder MapSteering(this IEndpointRouteBuilder app)
    {
        var runs = app.MapGroup("/runs/{runId:guid}").WithTags("Runs");

        runs.MapPost("/steps/{stepId}/retry", Retry).WithSummary("Try a step again from its beginning");
        runs.MapPost("/steps/{stepId}/judge", Judge).WithSummary("Accept or refuse a step's answer in the reviewer's place");
        runs.MapPost("/priority", Prioritise).WithSummary("Change where the run stands among those that wait for the same slots");
        runs.MapPost("/messages", Say).WithSummary("Say something into a running run");
        runs.MapPost("/fork", Fork).WithSummary("Make a new run of this one's history up to a checkpoint");

        return runs;
    }

    static async Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> Retry(
        Guid runId, string stepId, RetryStep body, OperatorVerbs verbs, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        RunEndpoints.Answer(runId, await verbs.RetryAsync(runId, stepId, user.PrincipalName(), body.Comment, cancellationToken));

    static async Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> Judge(
        Guid runId, string stepId, JudgeStep body, OperatorVerbs verbs, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        body.Accept is { } accept
            ? RunEndpoints.Answer(runId, await verbs.JudgeAsync(runId, stepId, accept, user.PrincipalName(), body.Comment, cancellationToken))
            : Problems.Of(400, "invalid_request", "Say \"accept\": true or false.");

    static async Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> Prioritise(
        Guid runId, PrioritiseRun body, OperatorVerbs verbs, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        body.Priority is { } priority
            ? RunEndpoints.Answer(runId, await verbs.PrioritiseAsync(runId, priority, user.PrincipalName(), body.Comment, cancellationToken))
            : Problems.Of(400, "invalid_request", "Say \"priority\": 0 (last) to 9 (first).");

    static async Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> Say(
        Guid runId, SayToRun body, OperatorVerbs verbs, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        RunEndpoints.Answer(runId, await verbs.SayAsync(runId, body.StepId, body.Text ?? "", user.PrincipalName(), cancellationToken));

    static async Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> Fork(
        Guid runId, ForkRun body, RunForks forks, PlanChecker checker, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var (plan, problem) = body.Plan is null ? (null, null) : await PlanEndpoints.CheckAsync(body.Plan, checker, cancellationToken);
        if (problem is not null)
        {
            return problem;
        }

        return await forks.ForkAsync(runId, body.Sequence, plan, user.PrincipalName(), cancellationToken) switch
        {
            ForkOutcome.Forked(var forkId, var state) => TypedResults.Accepted($"/runs/{forkId}", new RunAccepted(forkId, state, $"/runs/{forkId}")),
            ForkOutcome.Refused(var message) => Problems.Of(400, "invalid_checkpoint", message),
            _ => Problems.UnknownRun(runId),
        };
    }
}
