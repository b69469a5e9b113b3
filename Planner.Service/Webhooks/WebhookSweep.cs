using Agent.Journal;
using Agent.Journal.Runs;
using Agent.Journal.Webhooks;
using Agent.Planner.Service.Runs;
using Agent.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Agent.Planner.Service.Webhooks;

/// <summary>Finds out which runs have ended since, and writes down what is owed to webhooks for it. Level-triggered, by every planner: each end and webhook make one delivery, however many look and wherever one dies.</summary>
sealed class WebhookSweep(
    WebhookBook book, WebhookDeliveries deliveries, RunJournal journal, WebhookPost post, StopSign sign, IOptions<WebhookOptions> options, TimeProvider time, ILogger<WebhookSweep> logger)
    : BackgroundService
{
    /// <summary>Clocks differ, and a run stands in the index before its first entry is written.</summary>
    static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    const int Remembered = 100_000;

    readonly HashSet<Guid> _settled = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval, time);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // The store is away, or the like: the next round asks again, and nothing is lost but time.
                logger.WebhooksNotLookedAt(failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    async Task SweepAsync(CancellationToken cancellationToken)
    {
        var webhooks = await book.AllAsync(cancellationToken);
        if (webhooks.Count == 0)
        {
            return;
        }

        await OweAsync(webhooks, cancellationToken);
        if (!sign.IsUp)
        {
            post.Begin(await deliveries.PendingAsync(cancellationToken), cancellationToken);
        }
    }

    async Task OweAsync(IReadOnlyList<Webhook> webhooks, CancellationToken cancellationToken)
    {
        // What is submitted while this looks is seen by the next look. What was open when the oldest of them was added is watched since then.
        var now = time.GetUtcNow();
        var since = Latest(await deliveries.SeenUpToAsync(cancellationToken), webhooks.Min(hook => hook.AddedAt));
        var watched = (await deliveries.WatchedAsync(cancellationToken)).ToHashSet();
        var submitted = await journal.SubmittedSinceAsync(since - Slack, cancellationToken);
        var open = (await journal.OpenRunsAsync(cancellationToken)).ToHashSet();
        await deliveries.WatchAsync([.. submitted.Where(run => open.Contains(run) && !watched.Contains(run))], cancellationToken);
        foreach (var runId in watched.Concat(submitted.Where(run => !_settled.Contains(run))).Distinct().Where(run => !open.Contains(run)).ToList())
        {
            switch (await journal.LoadAsync(runId, cancellationToken))
            {
                case { End: not null } run:
                    await SettleAsync(run, webhooks, now, cancellationToken);
                    break;
                case null when watched.Contains(runId):
                    // It was removed with the old ones.
                    await deliveries.UnwatchAsync(runId, cancellationToken);
                    break;
            }
        }

        await deliveries.SeeUpToAsync(now, cancellationToken);
    }

    async Task SettleAsync(RunState run, IReadOnlyList<Webhook> webhooks, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var owed in WebhookDecider.Owed(run, webhooks, now))
        {
            await deliveries.OweAsync(owed, cancellationToken);
        }

        await deliveries.UnwatchAsync(run.RunId, cancellationToken);
        if (_settled.Count >= Remembered)
        {
            _settled.Clear();
        }

        _settled.Add(run.RunId);
    }

    static DateTimeOffset Latest(DateTimeOffset? one, DateTimeOffset other) => one > other ? one.Value : other;
}
