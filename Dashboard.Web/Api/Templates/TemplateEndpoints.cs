using System.Security.Claims;
using Agent.Dashboard.Web.Access;
using Agent.Dashboard.Web.Api.Runs;
using Agent.Dashboard.Web.Runs;
using Agent.Dashboard.Web.Templates;
using Agent.Dashboard.Web.Webhooks;
using Agent.Journal.Webhooks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Agent.Dashboard.Web.Api.Templates;

/// <summary>A run of a template.</summary>
/// <param name="Parameters">Values by name, as text.</param>
/// <param name="Workspace">In place of the template's; so are the others.</param>
sealed record RunTemplate(Dictionary<string, string>? Parameters, string? Workspace, bool? SignOff = null, int? Priority = null, string? Webhook = null);

/// <summary>Templates by name.</summary>
sealed record TemplateList(IReadOnlyList<GoalTemplate> Templates);

/// <summary>Goals with parameters.</summary>
static class TemplateEndpoints
{
    public static RouteGroupBuilder MapTemplates(this IEndpointRouteBuilder app)
    {
        var templates = app.MapGroup("/templates").WithTags("Templates");

        templates.MapGet("", List).WithSummary("The goal templates");
        templates.MapPost("", Add).WithSummary("Add a goal with parameters");
        templates.MapGet("/{name}", Show).WithSummary("One template");
        templates.MapDelete("/{name}", Remove).WithSummary("Remove a template");
        templates.MapPost("/{name}/run", Run).WithSummary("Submit the goal with its parameters filled in");

        return templates;
    }

    static async Task<Ok<TemplateList>> List(TemplateBook book, CancellationToken cancellationToken) => TypedResults.Ok(new TemplateList(await book.AllAsync(cancellationToken)));

    static async Task<Results<Created<GoalTemplate>, ProblemHttpResult>> Add(
        GoalTemplate body, TemplateBook book, WebhookBook webhooks, TimeProvider time, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var mistakes = TemplateRules.Mistakes(body).ToList();
        if (await webhooks.MistakeAsync(body.Webhook, cancellationToken) is { } unknown)
        {
            mistakes.Add(unknown);
        }

        if (mistakes.Count > 0)
        {
            return Problems.Of(400, "invalid_template", string.Join('\n', mistakes));
        }

        var template = body with { Principal = user.PrincipalName(), AddedAt = time.GetUtcNow() };
        if (!await book.AddAsync(template.Name, template, template.Principal, cancellationToken))
        {
            return Problems.Of(409, "name_taken", $"There is a template \"{template.Name}\" already. Remove it first, or take another name.");
        }

        return TypedResults.Created($"/templates/{template.Name}", template);
    }

    static async Task<Results<Ok<GoalTemplate>, ProblemHttpResult>> Show(string name, TemplateBook book, CancellationToken cancellationToken) =>
        await book.FindAsync(name, cancellationToken) is { } template ? TypedResults.Ok(template) : Unknown(name);

    static async Task<Results<NoContent, ProblemHttpResult>> Remove(string name, TemplateBook book, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        await book.RemoveAsync(name, user.PrincipalName(), cancellationToken) ? TypedResults.NoContent() : Unknown(name);

    static async Task<Results<Accepted<RunAccepted>, ProblemHttpResult>> Run(
        string name, RunTemplate body, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, TemplateBook book, RunSubmission submission, IConfiguration configuration, ClaimsPrincipal user,
        CancellationToken cancellationToken)
    {
        if (await book.FindAsync(name, cancellationToken) is not { } template)
        {
            return Unknown(name);
        }

        var (goal, mistakes) = TemplateRules.Fill(template, body.Parameters ?? []);
        return goal is null
            ? Problems.Of(400, "invalid_parameters", string.Join('\n', mistakes))
            : RunEndpoints.Answer(await submission.SubmitAsync(
                new Submission(
                    goal, body.Workspace ?? template.Workspace ?? configuration["AGENT_WORKSPACE"] ?? "", user.PrincipalName(), idempotencyKey, body.SignOff ?? template.SignOff, body.Priority ?? template.Priority,
                    $"template {template.Name}", body.Webhook ?? template.Webhook),
                cancellationToken));
    }

    static ProblemHttpResult Unknown(string name) => Problems.Of(404, "unknown_template", $"There is no template \"{name}\". GET /templates lists those there are.");
}
