using Agent.Contracts;
using Agent.Guardrails;
using Agent.Journal;
using Agent.Journal.Replaying;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Agent.ServiceDefaults.Replaying;

/// <summary>Plays one service's part of a run again.</summary>
/// <param name="policies">What is to be asked instead of what was in force; null if nothing is.</param>
public delegate Task<ReplayPart> PlayPart(RecordedRun run, PolicyBundle? policies, CancellationToken cancellationToken);

/// <summary><c>POST /replays</c>: for the door.</summary>
public static class ReplayRoutes
{
    /// <param name="part">Made anew for each request.</param>
    public static void MapReplays(this IEndpointRouteBuilder app, Func<IServiceProvider, PlayPart> part) =>
        app.MapPost("/replays", async Task<Results<JsonHttpResult<ReplayPart>, ProblemHttpResult>> (HttpContext context, RunJournal journal) =>
        {
            var request = await context.Request.ReadFromJsonAsync<ReplayRequest>(ContractJson.Options, context.RequestAborted);
            try
            {
                var run = request switch
                {
                    { Journal: { } lines } => RecordedRun.Parse(lines),
                    { RunId: { } runId } => await RecordedRun.LoadAsync(journal, runId, context.RequestAborted),
                    _ => null,
                };
                if (run is null)
                {
                    return Problem(StatusCodes.Status404NotFound, "unknown_run", $"There is no run {request?.RunId}.");
                }

                var policies = request!.Policy is { } files ? PolicyBundle.Load(files, GuardrailSettings.None) : null;
                return policies is { Bundle: null }
                    ? Problem(StatusCodes.Status422UnprocessableEntity, "invalid_policies", $"The policies are not valid: {string.Join(" ", policies.Mistakes)}")
                    : TypedResults.Json(
                        await part(context.RequestServices)(request.Plan is { } plan ? run.WithPlan(plan) : run, policies?.Bundle, context.RequestAborted), ContractJson.Options);
            }
            catch (JournalFormatException broken)
            {
                return Problem(StatusCodes.Status422UnprocessableEntity, "invalid_journal", broken.Message);
            }
        }).ExcludeFromDescription();

    static ProblemHttpResult Problem(int status, string code, string detail) => TypedResults.Problem(detail, statusCode: status, extensions: [new("code", code)]);
}
