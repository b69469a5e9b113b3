using System.Security.Claims;
using Agent.Dashboard.Web.Access;
using Agent.Dashboard.Web.Api.Runs;
using Agent.Dashboard.Web.Runs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Dashboard.Web.Api.Budgets;

/// <summary>A person's answer to a soft limit, or a raise before it is met.</summary>
/// <param name="Unit"><c>tokens</c>, <c>cost_usd</c>, <c>tool_calls</c>, <c>steps</c> or <c>wall_clock_seconds</c>.</param>
/// <param name="By">More than the cap; 0 or left out: up to the cap.</param>
sealed record RaiseBudget(string? Unit, decimal? By, string? Comment);

static class BudgetEndpoints
{
    public static void MapBudgets(this IEndpointRouteBuilder app)
    {
        var budgets = app.MapGroup("").WithTags("Budgets");

        budgets.MapGet("/budgets", (HttpContext context, Forwarder forwarder) => forwarder.ForwardAsync(context, Peer.Planner, "budgets"))
            .WithSummary("How the budgets of workspaces, day and installation stand");
        budgets.MapGet("/runs/{runId:guid}/budget", (Guid runId, HttpContext context, Forwarder forwarder) => forwarder.ForwardAsync(context, Peer.Planner, $"runs/{runId}/budget"))
            .WithSummary("How a run's own budgets stand");
        budgets.MapPost("/runs/{runId:guid}/budget", Raise).Needs(Role.Approver).WithSummary("Raise a run's budget, or let it go on up to the cap");
    }

    static async Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> Raise(
        Guid runId, RaiseBudget body, OperatorVerbs verbs, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        RunEndpoints.Answer(runId, await verbs.RaiseBudgetAsync(runId, body.Unit ?? "", body.By ?? 0, user.PrincipalName(), body.Comment, cancellationToken));
}
