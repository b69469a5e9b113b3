using System.Security.Claims;
using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Access;
using Agent.Dashboard.Web.Runs;
using Agent.Journal;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Dashboard.Web.Api.Runs;

/// <summary>Another plan.</summary>
sealed record ProposePlan(JsonElement? Plan, string? Comment);

/// <summary>A person's answer to a plan that waits for a signature.</summary>
/// <param name="Version">The version that was read; null = the present one.</param>
/// <param name="Plan">To be taken in its place, signed.</param>
/// <param name="Comment">The reason; a rejection needs one.</param>
sealed record SignPlan(bool? Approve, int? Version, JsonElement? Plan, string? Comment);

/// <summary>A run's present plan.</summary>
sealed record PlanView(Guid RunId, int Version, Plan Plan, SignOffView? SignOff);

/// <summary>A plan and the person who answers for it.</summary>
static class PlanEndpoints
{
    public static RouteGroupBuilder MapPlans(this IEndpointRouteBuilder app)
    {
        var plan = app.MapGroup("/runs/{runId:guid}/plan").WithTags("Runs");

        plan.MapGet("", Show).WithSummary("The present plan, and who signed it");
        plan.MapPost("", Propose).WithSummary("Go on with another plan; finished steps that keep their id are kept");
        plan.MapPost("/sign", Sign).Needs(Role.Approver).WithSummary("Sign the plan that waits for it, put another in its place, or reject it");

        return plan;
    }

    static async Task<Results<Ok<PlanView>, ProblemHttpResult>> Show(Guid runId, RunJournal journal, CancellationToken cancellationToken) =>
        await journal.LoadAsync(runId, cancellationToken) is not { } run ? Problems.UnknownRun(runId)
        : run.Plan is not { } plan ? Problems.Of(409, "no_plan", $"Run {runId} has no plan yet; it is {RunPhases.Name(run.Phase)}.")
        : TypedResults.Ok(new PlanView(runId, run.PlanVersion, plan, SignOffView.Of(run)));

    static async Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> Propose(
        Guid runId, ProposePlan body, OperatorVerbs verbs, PlanChecker checker, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        await CheckAsync(body.Plan, checker, cancellationToken) is var (plan, problem) && plan is null
            ? problem!
            : RunEndpoints.Answer(runId, await verbs.ProposeAsync(runId, plan, user.PrincipalName(), body.Comment, cancellationToken));

    static async Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> Sign(
        Guid runId, SignPlan body, OperatorVerbs verbs, PlanChecker checker, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var principal = user.PrincipalName();
        if (body.Approve is not { } approve || (!approve && body.Plan is not null))
        {
            return Problems.Of(400, "invalid_request", "Say \"approve\": true, with another \"plan\" if you like, or false with a \"comment\".");
        }

        if (body.Plan is null)
        {
            return RunEndpoints.Answer(runId, await verbs.SignAsync(runId, body.Version, approve, principal, body.Comment, cancellationToken));
        }

        var (plan, problem) = await CheckAsync(body.Plan, checker, cancellationToken);
        return plan is null ? problem! : RunEndpoints.Answer(runId, await verbs.SignAsync(runId, body.Version, plan, principal, body.Comment, cancellationToken));
    }

    /// <summary>A plan as the planner takes it, or what is wrong with it.</summary>
    public static async Task<(Plan? Plan, ProblemHttpResult? Problem)> CheckAsync(JsonElement? plan, PlanChecker checker, CancellationToken cancellationToken)
    {
        if (plan is not { ValueKind: JsonValueKind.Object } given)
        {
            return (null, Problems.Of(400, "invalid_plan", "\"plan\" must be an object with \"steps\", as GET /runs/{id}/plan shows it."));
        }

        var verdict = await checker.CheckAsync(given, cancellationToken);
        return verdict.Plan is { } good ? (good, null)
            : verdict.Away is { } away ? (null, Problems.Of(503, Peer.Planner.Code, away))
            : (null, Problems.Of(400, "invalid_plan", verdict.Told));
    }
}
