using System.Security.Claims;
using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Access;
using Agent.Dashboard.Web.Runs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Dashboard.Web.Api.Runs;

/// <summary>A person's answer to a call that waits for approval.</summary>
/// <param name="Arguments">Approve with these arguments instead of those asked about.</param>
/// <param name="Digest">Of the question as the caller has read it: refused if it has changed since.</param>
sealed record DecideApproval(bool? Approve, string? Comment, JsonElement? Arguments, string? Digest);

/// <summary>What became of a call whose outcome is unknown.</summary>
sealed record ResolveCall(bool? Happened, string? Comment);

/// <summary>What became of a step's call of unknown outcome, or how to find out.</summary>
/// <param name="Call">Which; may be left out while there is one.</param>
/// <param name="Check">Instead of an answer: a call that only reads, to find out.</param>
sealed record ResolveStep(string? Call, bool? Happened, CheckCall? Check, string? Comment);

/// <summary>A check.</summary>
/// <param name="Expect">Text that the answer holds if the unknown call happened; without it a person decides by what is shown.</param>
sealed record CheckCall(string? Tool, JsonElement? Arguments, string? Expect);

/// <summary>Questions that wait for a person, oldest first.</summary>
/// <param name="Plans">Plans to be signed: <c>POST /runs/{id}/plan/sign</c>.</param>
sealed record ApprovalList(IReadOnlyList<PendingCall> Approvals, IReadOnlyList<PendingPlan> Plans, IReadOnlyList<PendingChange> Changes);

/// <summary>Calls that a person must decide about.</summary>
static class ApprovalEndpoints
{
    public static RouteGroupBuilder MapApprovals(this IEndpointRouteBuilder app)
    {
        var approvals = app.MapGroup("").WithTags("Approvals");

        approvals.MapGet("/approvals", List).WithSummary("What waits for a person, over all runs; with state= what was asked before too");
        approvals.MapGet("/runs/{runId:guid}/approvals/{callId}", Show).WithSummary("One question: what is asked, what the answer is bound to, who has answered");
        approvals.MapPost("/runs/{runId:guid}/approvals/{callId}", Decide).Needs(Role.Approver).WithSummary("Approve or deny a call");
        approvals.MapPost("/runs/{runId:guid}/calls/{callId}/resolve", Resolve).WithSummary("Say whether a call of unknown outcome happened");

        approvals.MapPost("/runs/{runId:guid}/steps/{stepId}/resolve", ResolveStep).WithSummary("Say whether a step's call of unknown outcome happened, or have it checked");

        return approvals;
    }

    static async Task<Results<Ok<ApprovalList>, ProblemHttpResult>> List(string? state, PendingCalls calls, PendingPlans plans, PendingChanges changes, CancellationToken cancellationToken)
    {
        if (state is null or "pending")
        {
            return TypedResults.Ok(new ApprovalList(await calls.ListAsync(cancellationToken), await plans.ListAsync(cancellationToken), await changes.ListAsync(cancellationToken)));
        }

        var known = Enum.GetValues<ApprovalState>().FirstOrDefault(one => RunPhases.NameOf(one) == state);
        return known != ApprovalState.Pending || state == "all"
            ? TypedResults.Ok(new ApprovalList(await calls.HistoryAsync(state == "all" ? null : known, cancellationToken), [], []))
            : Problems.Of(400, "invalid_state", $"\"{state}\" is no state of an approval. Use pending, approved, denied, expired, void or all.");
    }

    static async Task<Results<Ok<PendingCall>, ProblemHttpResult>> Show(Guid runId, string callId, PendingCalls calls, CancellationToken cancellationToken) =>
        await calls.FindAsync(runId, callId, cancellationToken) is { } question
            ? TypedResults.Ok(question)
            : Problems.Of(404, "unknown_approval", $"Nobody was asked about call {callId} of run {runId}. GET /approvals lists the questions there are.");

    static async Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> Decide(
        Guid runId, string callId, DecideApproval body, OperatorVerbs verbs, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        body.Approve is { } approve
            ? RunEndpoints.Answer(runId, await verbs.DecideAsync(runId, callId, new CallAnswer(approve, body.Comment, body.Arguments, body.Digest), user.PrincipalName(), cancellationToken))
            : Problems.Of(400, "invalid_request", "Say \"approve\": true or false.");

    static async Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> Resolve(
        Guid runId, string callId, ResolveCall body, OperatorVerbs verbs, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        body.Happened is { } happened
            ? RunEndpoints.Answer(runId, await verbs.ResolveAsync(runId, callId, happened, user.PrincipalName(), body.Comment, cancellationToken))
            : Problems.Of(400, "invalid_request", "Say \"happened\": true or false.");

    static async Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> ResolveStep(
        Guid runId, string stepId, ResolveStep body, OperatorVerbs verbs, ClaimsPrincipal user, CancellationToken cancellationToken) => body switch
        {
            { Happened: { } happened, Check: null } => RunEndpoints.Answer(runId, await verbs.ResolveStepAsync(runId, stepId, body.Call, happened, user.PrincipalName(), body.Comment, cancellationToken)),
            { Happened: null, Check: { } check } => RunEndpoints.Answer(
                runId, await verbs.CheckAsync(runId, stepId, body.Call, new WantedCheck(check.Tool ?? "", check.Arguments ?? default, check.Expect), user.PrincipalName(), body.Comment, cancellationToken)),
            _ => Problems.Of(400, "invalid_request", "Say either \"happened\": true or false, or \"check\": {\"tool\", \"arguments\", \"expect\"}."),
        };
}
