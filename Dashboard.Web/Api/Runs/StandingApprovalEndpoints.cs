using System.Security.Claims;
using Agent.Dashboard.Web.Access;
using Agent.Dashboard.Web.Runs;
using Agent.Journal.Operators;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Dashboard.Web.Api.Runs;

sealed record StandingList(IReadOnlyList<StandingApproval> Standing);

/// <summary>Yes given beforehand to calls of one kind.</summary>
static class StandingApprovalEndpoints
{
    public static RouteGroupBuilder MapStandingApprovals(this IEndpointRouteBuilder app)
    {
        var standing = app.MapGroup("/standing-approvals").WithTags("Approvals");

        standing.MapGet("", List).WithSummary("Standing approvals, newest first; those that hold no longer too");
        standing.MapPost("", Grant).Needs(Role.Approver).WithSummary("Answer such calls with yes from now on, until it expires, is used up or revoked");
        standing.MapPost("/{id}/revoke", Revoke).Needs(Role.Approver).WithSummary("Take a standing approval back: no further use");
        return standing;
    }

    static async Task<Ok<StandingList>> List(StandingApprovals standing, CancellationToken cancellationToken) => TypedResults.Ok(new StandingList(await standing.ListAsync(cancellationToken)));

    static async Task<Results<Ok<StandingApproval>, ProblemHttpResult>> Grant(GrantStanding body, StandingGrants grants, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        await grants.GrantAsync(body, user.PrincipalName(), cancellationToken) switch
        {
            GrantOutcome.Granted(var approval) => TypedResults.Ok(approval),
            GrantOutcome.Refused(var code, var message) => Problems.Of(code == "unknown_approval" ? 404 : 400, code, message),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    static async Task<Results<NoContent, ProblemHttpResult>> Revoke(string id, StandingApprovals standing, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        await standing.RevokeAsync(id, user.PrincipalName(), cancellationToken)
            ? TypedResults.NoContent()
            : Problems.Of(404, "unknown_standing", $"There is no standing approval {id} that holds. GET /standing-approvals lists them.");
}
