using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Agent.Journal;
using Agent.Journal.Webhooks;
using Agent.Planner.Service.Runs;
using Microsoft.Extensions.Options;

namespace Agent.Planner.Service.Webhooks;

/// <summary>Makes the tries that are due, each in the hands of one planner at a time. Who dies between the try and its note leaves the delivery pending: it is tried again, with the same id.</summary>
sealed class WebhookPost
{
    const int AtOnce = 16;

    readonly ConcurrentDictionary<string, byte> _begun = new(StringComparer.Ordinal);
    readonly SemaphoreSlim _room = new(AtOnce);
    readonly WebhookBook _book;
    readonly WebhookDeliveries _deliveries;
    readonly WebhookSender _sender;
    readonly Leases _leases;
    readonly PlannerInstance _instance;
    readonly IOptions<WebhookOptions> _options;
    readonly TimeProvider _time;
    readonly ILogger<WebhookPost> _logger;
    readonly Counter<long> _ended;

    public WebhookPost(
        WebhookBook book, WebhookDeliveries deliveries, WebhookSender sender, Leases leases, PlannerInstance instance, IMeterFactory meters, IOptions<WebhookOptions> options, TimeProvider time, ILogger<WebhookPost> logger)
    {
        (_book, _deliveries, _sender, _leases, _instance, _options, _time, _logger) = (book, deliveries, sender, leases, instance, options, time, logger);
        _ended = meters.Create("Agent.Planner").CreateCounter<long>("agent_webhook_tries_total", description: "Tries to tell a webhook of an end, by what they came to.");
    }

    /// <summary>Begins what is due and not begun, without waiting for it: a receiver that is slow holds up nobody else's.</summary>
    public void Begin(IReadOnlyList<WebhookDelivery> pending, CancellationToken cancellationToken)
    {
        foreach (var delivery in pending.Where(delivery => delivery.NextAt <= _time.GetUtcNow()).OrderBy(delivery => delivery.NextAt))
        {
            if (_begun.TryAdd(delivery.Id, 0))
            {
                _ = TryAsync(delivery.Id, cancellationToken);
            }
        }
    }

    async Task TryAsync(string id, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(CancellationToken.None);
        try
        {
            await using var lease = await _leases.TryTakeAsync($"webhook:{id}", _instance.Name, _options.Value.Timeout + TimeSpan.FromSeconds(5), cancellationToken);
            if (lease is null || await _deliveries.FindPendingAsync(id, cancellationToken) is not { } delivery || delivery.NextAt > _time.GetUtcNow())
            {
                return;
            }

            if (await _book.FindAsync(delivery.Webhook, cancellationToken) is not { } hook || hook.Id != delivery.WebhookId)
            {
                await _deliveries.ForgetAsync(delivery.WebhookId, cancellationToken);
                return;
            }

            var after = WebhookDecider.After(delivery, await _sender.SendAsync(hook, delivery, cancellationToken), _time.GetUtcNow(), _options.Value);
            await _deliveries.TellAsync(delivery, after, cancellationToken);
            var outcome = after.Error is null ? "delivered" : after.State == DeliveryState.Failed ? "given_up" : "failed";
            _ended.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
            _logger.WebhookTried(hook.Name, delivery.Id, delivery.RunId, after.Tries, outcome, after.Error);
        }
        catch (Exception failure)
        {
            // The store is away, or this process stops: it stands there as pending, and the next round or another planner takes it up.
            if (!cancellationToken.IsCancellationRequested)
            {
                _logger.WebhookNotTried(failure, id);
            }
        }
        finally
        {
            _room.Release();
            _begun.TryRemove(id, out _);
        }
    }
}
