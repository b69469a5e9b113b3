using Agent.Journal.Webhooks;

namespace Agent.Dashboard.Web.Webhooks;

/// <summary>The webhook that a goal, a schedule or a template names.</summary>
static class NamedWebhook
{
    /// <returns>What is wrong with the name; null when there is such a webhook, or none is named.</returns>
    public static async Task<string?> MistakeAsync(this WebhookBook webhooks, string? name, CancellationToken cancellationToken) =>
        name is null || await webhooks.FindAsync(name, cancellationToken) is not null
            ? null
            : $"There is no webhook \"{name}\" to tell of the run's end. `agent webhooks list` (GET /webhooks) names those there are.";
}
