using System.Security.Claims;
using Agent.Contracts;
using Agent.Dashboard.Web.Access;
using Agent.Dashboard.Web.Runs;
using Agent.Journal;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Agent.Dashboard.Web.Api.Runs;

/// <summary>What is to be done.</summary>
/// <param name="Goal">In plain words, at most 20 000 characters.</param>
/// <param name="Workspace">Absolute directory the run may act in; default: <c>AGENT_WORKSPACE</c>.</param>
/// <param name="SignOff">True: a person signs each plan before anything of it begins.</param>
/// <param name="Priority">0 (last) to 9 (first) among runs that wait for the same slots; default 5.</param>
/// <param name="Webhook">Name of a webhook that is told of this run's end.</param>
sealed record SubmitRun(string? Goal, string? Workspace, bool? SignOff = null, int? Priority = null, string? Webhook = null);

/// <summary>A run was taken.</summary>
sealed record RunAccepted(Guid RunId, RunPhase State, string Location);

/// <summary>Runs, newest first.</summary>
sealed record RunList(IReadOnlyList<RunSummary> Runs);

/// <summary>Submit, look at and steer runs.</summary>
static class RunEndpoints
{
    const int MostListed = 500;

    public static RouteGroupBuilder MapRuns(this IEndpointRouteBuilder app)
    {
        var runs = app.MapGroup("/runs").WithTags("Runs");

        runs.MapPost("", Submit).WithSummary("Submit a goal");
        runs.MapGet("", List).WithSummary("List runs, newest first");
        runs.MapGet("/{runId:guid}", Show).WithSummary("One run: state, steps, report");
        runs.MapPost("/{runId:guid}/pause", Pause).WithSummary("Let nothing new start, and end running tool calls");
        runs.MapPost("/{runId:guid}/resume", Resume).WithSummary("Go on from the last checkpoint");
        runs.MapPost("/{runId:guid}/cancel", Cancel).WithSummary("End the run; what it has so far is kept");

        return runs;
    }

    static async Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> Submit(
        SubmitRun body,
        [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey,
        RunSubmission submission,
        IConfiguration configuration,
        ClaimsPrincipal user,
        CancellationToken cancellationToken)
    {
        var wanted = new Submission(body.Goal ?? "", body.Workspace ?? configuration["AGENT_WORKSPACE"] ?? "", user.PrincipalName(), idempotencyKey, body.SignOff is true, body.Priority, Webhook: body.Webhook);

        return Answer(await submission.SubmitAsync(wanted, cancellationToken));
    }

    public static Results<Accepted<RunAccepted>, ProblemHttpResult> Answer(SubmissionOutcome outcome) => outcome switch
    {
        SubmissionOutcome.Accepted(var runId, var state) => TypedResults.Accepted($"/runs/{runId}", new RunAccepted(runId, state, $"/runs/{runId}")),
        SubmissionOutcome.KeyUsed(var runId) => Problems.Of(409, "idempotency_conflict", $"This Idempotency-Key belongs to run {runId}, which has another goal or workspace. Use a new key for a new goal."),
        SubmissionOutcome.Refused(var code, var message) => Problems.Of(400, code, message),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    static async Task<Results<Ok<RunList>, ProblemHttpResult>> List(RunJournal journal, string? state, int? limit, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        RunPhase? phase = null;
        if (!string.IsNullOrEmpty(state))
        {
            phase = RunPhases.Parse(state);
            if (phase is null)
            {
                return Problems.Of(400, "invalid_state", $"\"{state}\" is not a state of a run. The states are {string.Join(", ", RunPhases.Names)}.");
            }
        }

        if (limit is < 1 or > MostListed)
        {
            return Problems.Of(400, "invalid_limit", $"limit is {limit}; it goes from 1 to {MostListed}.");
        }

        return TypedResults.Ok(new RunList(await journal.ListAsync(phase, limit ?? 50, before, cancellationToken)));
    }

    static async Task<Results<Ok<RunView>, ProblemHttpResult>> Show(Guid runId, RunJournal journal, TimeProvider time, CancellationToken cancellationToken) =>
        await journal.LoadAsync(runId, cancellationToken) is { } run
            ? TypedResults.Ok(RunView.Of(run, time.GetUtcNow()))
            : Problems.UnknownRun(runId);

    static async Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> Pause(
        Guid runId, HttpRequest request, OperatorVerbs verbs, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        Answer(runId, await verbs.PauseAsync(runId, user.PrincipalName(), await OptionalComment.ReadAsync(request, cancellationToken), cancellationToken));

    static async Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> Resume(
        Guid runId, HttpRequest request, OperatorVerbs verbs, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        Answer(runId, await verbs.ResumeAsync(runId, user.PrincipalName(), await OptionalComment.ReadAsync(request, cancellationToken), cancellationToken));

    static async Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> Cancel(
        Guid runId, HttpRequest request, OperatorVerbs verbs, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        Answer(runId, await verbs.CancelAsync(runId, user.PrincipalName(), await OptionalComment.ReadAsync(request, cancellationToken), cancellationToken));

    public static Results<Accepted<RunAccepted>, ProblemHttpResult> Answer(Guid runId, VerbOutcome outcome) => outcome switch
    {
        VerbOutcome.Done(var state) => TypedResults.Accepted($"/runs/{runId}", new RunAccepted(runId, state, $"/runs/{runId}")),
        VerbOutcome.UnknownRun => Problems.UnknownRun(runId),
        VerbOutcome.Ended(var state) => Problems.Of(409, "run_ended", $"Run {runId} is over ({RunPhases.Name(state)}); nothing can be changed about it. Submit the goal again for a new run."),
        VerbOutcome.Refused(var status, var code, var message) => Problems.Of(status, code, message),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
