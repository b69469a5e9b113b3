using System.Security.Claims;
using Agent.Contracts;
using Agent.Dashboard.Web.Access;
using Agent.Dashboard.Web.Runs;
using Agent.Journal;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Dashboard.Web.Api.Runs;

/// <summary>A person's answer to a run's changes.</summary>
/// <param name="Digest">The difference that was read, from <c>GET /runs/{id}/changes</c>: another one is not answered.</param>
/// <param name="Comment">The reason; a rejection needs one.</param>
sealed record AnswerChanges(string? Digest, string? Comment);

/// <summary>What a run changed in its working copy, and the person who lets it into the workspace.</summary>
static class ChangesEndpoints
{
    public static RouteGroupBuilder MapChanges(this IEndpointRouteBuilder app)
    {
        var changes = app.MapGroup("/runs/{runId:guid}/changes").WithTags("Runs");

        changes.MapGet("", Show).WithSummary("What the run changed in its working copy, how the checks went, and whether it was promoted");
        changes.MapGet("/diff", Diff).WithSummary("The same as a unified diff");
        changes.MapPost("/promote", Promote).Needs(Role.Approver).WithSummary("Approve exactly these changes: they are written to the workspace");
        changes.MapPost("/reject", Reject).Needs(Role.Approver).WithSummary("Reject them: the run ends and the workspace stays as it is");

        return changes;
    }

    static async Task<Results<Ok<ChangesView>, ProblemHttpResult>> Show(Guid runId, RunJournal journal, CancellationToken cancellationToken) =>
        await journal.LoadAsync(runId, cancellationToken) is not { } run ? Problems.UnknownRun(runId)
        : ChangesView.Of(run) is { } view ? TypedResults.Ok(view)
        : NoCopy(runId);

    static async Task<Results<Utf8ContentHttpResult, ProblemHttpResult>> Diff(Guid runId, RunJournal journal, Artefacts artefacts, CancellationToken cancellationToken)
    {
        if (await journal.LoadAsync(runId, cancellationToken) is not { } run)
        {
            return Problems.UnknownRun(runId);
        }

        if (run.WorkingCopy is not { } copy)
        {
            return NoCopy(runId);
        }

        return copy.Changes is not { } changes ? Problems.Of(409, "no_changes", $"What run {runId} changes is not known before all its steps are accepted; it is {RunPhases.Name(run.Phase)}.")
            : await artefacts.GetAsync(changes.DiffDigest, cancellationToken) is { } diff ? TypedResults.Text(diff, "text/plain; charset=utf-8")
            : Problems.Of(404, "artefact_gone", $"The diff of run {runId}, artefact {changes.DiffDigest}, is not in the store any more.");
    }

    static Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> Promote(Guid runId, AnswerChanges body, OperatorVerbs verbs, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        AnswerAsync(runId, body, approve: true, verbs, user, cancellationToken);

    static Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> Reject(Guid runId, AnswerChanges body, OperatorVerbs verbs, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        AnswerAsync(runId, body, approve: false, verbs, user, cancellationToken);

    static async Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> AnswerAsync(
        Guid runId, AnswerChanges body, bool approve, OperatorVerbs verbs, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        body.Digest is { Length: > 0 } digest
            ? RunEndpoints.Answer(runId, await verbs.DecideChangesAsync(runId, digest, approve, user.PrincipalName(), body.Comment, cancellationToken))
            : Problems.Of(400, "invalid_request", $"Say which difference you have read: \"digest\" from GET /runs/{runId}/changes.");

    static ProblemHttpResult NoCopy(Guid runId) => Problems.Of(
        409, "no_working_copy", $"Run {runId} works in its workspace itself. With working_copy: {{ mode: copy }} in limits.yaml, runs work in a copy and their changes are shown here.");
}
