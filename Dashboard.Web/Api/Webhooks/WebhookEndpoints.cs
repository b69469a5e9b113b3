using System.Security.Claims;
using Agent.Contracts;
using Agent.Dashboard.Web.Access;
using Agent.Dashboard.Web.Webhooks;
using Agent.Journal.Webhooks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Dashboard.Web.Api.Webhooks;

/// <summary>A webhook as the API shows it.</summary>
/// <param name="Secret">Only in the answer to adding it.</param>
/// <param name="Deliveries">The pending ones and the last that are over, newest first; not in lists.</param>
sealed record WebhookView(
    string Name, string Url, IReadOnlyList<RunPhase> Events, bool OnlyNamed, string Principal, DateTimeOffset AddedAt, string? Secret = null, IReadOnlyList<DeliveryView>? Deliveries = null)
{
    public static WebhookView Of(Webhook webhook) => new(webhook.Name, webhook.Url, webhook.Ends, webhook.OnlyNamed, webhook.Principal, webhook.AddedAt);
}

/// <summary>A delivery as the API shows it.</summary>
/// <param name="NextAt">Of a pending one: when it is tried next.</param>
sealed record DeliveryView(string Id, Guid? RunId, string Event, DeliveryState State, int Tries, int? Status, string? Error, DateTimeOffset OwedAt, DateTimeOffset? TriedAt, DateTimeOffset? NextAt)
{
    public static DeliveryView Of(WebhookDelivery delivery) => new(
        delivery.Id, delivery.RunId, delivery.Event, delivery.State, delivery.Tries, delivery.Status, delivery.Error, delivery.OwedAt, delivery.TriedAt,
        delivery.State == DeliveryState.Pending ? delivery.NextAt : null);
}

/// <summary>Webhooks by name.</summary>
sealed record WebhookList(IReadOnlyList<WebhookView> Webhooks);

/// <summary>Those who are told when runs end.</summary>
static class WebhookEndpoints
{
    public static RouteGroupBuilder MapWebhooks(this IEndpointRouteBuilder app)
    {
        var webhooks = app.MapGroup("/webhooks").WithTags("Webhooks");

        webhooks.MapGet("", List).WithSummary("The webhooks");
        webhooks.MapPost("", Add).WithSummary("Tell an address when runs end; its secret is in this answer and in no other");
        webhooks.MapGet("/{name}", Show).WithSummary("One webhook with its last deliveries");
        webhooks.MapDelete("/{name}", Remove).WithSummary("Remove a webhook; what is still owed to it is dropped");
        webhooks.MapPost("/{name}/test", Test).WithSummary("Send it a message that tells of no run");

        return webhooks;
    }

    static async Task<Ok<WebhookList>> List(WebhookBook book, CancellationToken cancellationToken) =>
        TypedResults.Ok(new WebhookList([.. (await book.AllAsync(cancellationToken)).Select(WebhookView.Of)]));

    static async Task<Results<Created<WebhookView>, ProblemHttpResult>> Add(WantedWebhook body, WebhookDesk desk, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var (added, mistakes) = await desk.AddAsync(body, user.PrincipalName(), cancellationToken);
        return added is null ? Problems.Of(400, "invalid_webhook", string.Join('\n', mistakes)) : TypedResults.Created($"/webhooks/{added.Name}", WebhookView.Of(added) with { Secret = added.Secret });
    }

    static async Task<Results<Ok<WebhookView>, ProblemHttpResult>> Show(string name, WebhookBook book, WebhookDeliveries deliveries, CancellationToken cancellationToken) =>
        await book.FindAsync(name, cancellationToken) is { } webhook
            ? TypedResults.Ok(WebhookView.Of(webhook) with { Deliveries = [.. (await deliveries.OfAsync(webhook.Id, cancellationToken)).Select(DeliveryView.Of)] })
            : Unknown(name);

    static async Task<Results<NoContent, ProblemHttpResult>> Remove(string name, WebhookDesk desk, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        await desk.RemoveAsync(name, user.PrincipalName(), cancellationToken) ? TypedResults.NoContent() : Unknown(name);

    static async Task<Results<Accepted<DeliveryView>, ProblemHttpResult>> Test(string name, WebhookDesk desk, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        await desk.TestAsync(name, user.PrincipalName(), cancellationToken) is { } delivery ? TypedResults.Accepted($"/webhooks/{name}", DeliveryView.Of(delivery)) : Unknown(name);

    static ProblemHttpResult Unknown(string name) => Problems.Of(404, "unknown_webhook", $"There is no webhook \"{name}\". GET /webhooks lists those there are.");
}
