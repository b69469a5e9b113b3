using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Runs;
using Agent.Journal;
using Agent.Journal.Operators;
using Agent.Journal.Webhooks;

namespace Agent.Dashboard.Web.Webhooks;

/// <summary>A webhook as somebody wants it.</summary>
/// <param name="Events">The ends it is told of, by name; null = all.</param>
/// <param name="OnlyNamed">Only of runs that name it; null = of every run's end.</param>
sealed record WantedWebhook(string? Name, string? Url, IReadOnlyList<string>? Events = null, bool? OnlyNamed = null);

/// <summary>Where operators add, try and remove webhooks.</summary>
sealed class WebhookDesk(WebhookBook book, WebhookDeliveries deliveries, RunJournal journal, TimeProvider time)
{
    const int Most = 100;

    /// <returns>The webhook with its secret, or every mistake.</returns>
    public async Task<(Webhook? Added, IReadOnlyList<string> Mistakes)> AddAsync(WantedWebhook wanted, string principal, CancellationToken cancellationToken)
    {
        var mistakes = Mistakes(wanted).ToList();
        if (mistakes.Count == 0 && (await book.AllAsync(cancellationToken)).Count >= Most)
        {
            mistakes.Add($"There are {Most} webhooks already. Remove one that is not used.");
        }

        if (mistakes.Count > 0)
        {
            return (null, mistakes);
        }

        // Noted before the webhook is there: what ends between the two is owed to it by nobody, what ends after is.
        await deliveries.WatchAsync([.. await journal.OpenRunsAsync(cancellationToken)], cancellationToken);
        var ends = wanted.Events is { Count: > 0 } events ? events.Select(name => RunPhases.Parse(name)!.Value).Distinct().ToList() : Webhook.AllEnds;
        var webhook = new Webhook(Guid.CreateVersion7(), wanted.Name!, wanted.Url!, ends, wanted.OnlyNamed is true, WebhookSignature.NewSecret(), principal, time.GetUtcNow());
        return await book.AddAsync(webhook.Name, webhook, principal, cancellationToken)
            ? (webhook, [])
            : (null, [$"There is a webhook \"{webhook.Name}\" already. Remove it first, or take another name."]);
    }

    /// <returns>False: there is none of that name.</returns>
    public async Task<bool> RemoveAsync(string name, string principal, CancellationToken cancellationToken)
    {
        if (await book.FindAsync(name, cancellationToken) is not { } webhook || !await book.RemoveAsync(name, principal, cancellationToken))
        {
            return false;
        }

        await deliveries.ForgetAsync(webhook.Id, cancellationToken);
        return true;
    }

    /// <summary>Has a message sent that tells of no run.</summary>
    /// <returns>The delivery; null if there is no webhook of that name.</returns>
    public async Task<WebhookDelivery?> TestAsync(string name, string principal, CancellationToken cancellationToken)
    {
        if (await book.FindAsync(name, cancellationToken) is not { } webhook)
        {
            return null;
        }

        var (id, now) = (Guid.CreateVersion7().ToString("N"), time.GetUtcNow());
        var body = JsonSerializer.Serialize(new { DeliveryId = id, Event = "test", Principal = principal, At = now }, ContractJson.Options);
        var delivery = new WebhookDelivery(id, webhook.Id, webhook.Name, null, "test", body, now, DeliveryState.Pending, 0, now);
        await deliveries.OweAsync(delivery, cancellationToken);
        return delivery;
    }

    static IEnumerable<string> Mistakes(WantedWebhook wanted)
    {
        if (!RecordNames.IsGood(wanted.Name))
        {
            yield return $"The name \"{wanted.Name}\" must have {RecordNames.Rule}.";
        }

        if (!Uri.TryCreate(wanted.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0 || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
        {
            yield return $"The URL \"{wanted.Url}\" must be absolute, with http or https, without user name, password and fragment: https://ci.example.com/hooks/agent.";
        }

        foreach (var name in wanted.Events ?? [])
        {
            if (RunPhases.Parse(name) is not { } state || !Webhook.AllEnds.Contains(state))
            {
                yield return $"\"{name}\" is no end of a run. The ends are {string.Join(", ", Webhook.AllEnds.Select(RunPhases.Name))}.";
            }
        }
    }
}
