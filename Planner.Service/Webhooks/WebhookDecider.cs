using System.Text.Json;
using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.Journal.Webhooks;

namespace Agent.Planner.Service.Webhooks;

/// <summary>What is owed to webhooks when a run has ended, and what follows from a try. Pure.</summary>
static class WebhookDecider
{
    const int LongestGoal = 500;

    public static IEnumerable<WebhookDelivery> Owed(RunState run, IEnumerable<Webhook> webhooks, DateTimeOffset now) =>
        run.End is { } end
            ? webhooks
                .Where(hook => (!hook.OnlyNamed || run.Webhook == hook.Name) && hook.Ends.Contains(end.State) && run.UpdatedAt >= hook.AddedAt)
                .Select(hook => Of(hook, run, end, now))
            : [];

    /// <summary>How it stands after a try.</summary>
    public static WebhookDelivery After(WebhookDelivery before, WebhookTry made, DateTimeOffset now, WebhookOptions options)
    {
        var tried = before with { Tries = before.Tries + 1, TriedAt = now, Status = made.Status, Error = made.Error };
        return made.Error is null ? tried with { State = DeliveryState.Delivered }
            : made.Status == 410 || tried.Tries >= options.MaxTries ? tried with { State = DeliveryState.Failed }
            : tried with { NextAt = now + Pause(tried.Tries, options) };
    }

    static TimeSpan Pause(int tries, WebhookOptions options)
    {
        var pause = options.FirstPause * Math.Pow(3, Math.Min(tries - 1, 20));
        return pause < options.LongestPause ? pause : options.LongestPause;
    }

    static WebhookDelivery Of(Webhook hook, RunState run, RunEnded end, DateTimeOffset now)
    {
        var (id, name) = (WebhookDelivery.IdOf(hook.Id, run.RunId), "run." + JsonNamingPolicy.SnakeCaseLower.ConvertName(end.State.ToString()));
        var body = JsonSerializer.Serialize(
            new WebhookBody(
                id, name, run.RunId, end.State, end.StopReason, end.Detail, run.Goal.Length > LongestGoal ? run.Goal[..LongestGoal] + "…" : run.Goal, run.Workspace, run.Principal,
                run.Steps.Count(step => step.Phase == StepPhase.Accepted), run.Steps.Count, run.SubmittedAt, run.UpdatedAt, run.Head.Hash),
            ContractJson.Options);
        return new WebhookDelivery(id, hook.Id, hook.Name, run.RunId, name, body, now, DeliveryState.Pending, 0, now);
    }
}

/// <summary>What a receiver reads.</summary>
/// <param name="JournalHead">Hash of the run's last entry: which history this is about.</param>
sealed record WebhookBody(
    string DeliveryId, string Event, Guid RunId, RunPhase State, StopReason StopReason, string? Detail, string Goal, string Workspace, string Principal,
    int StepsDone, int StepsTotal, DateTimeOffset SubmittedAt, DateTimeOffset EndedAt, string JournalHead);

/// <summary>What came of one try.</summary>
/// <param name="Error">Null: it was taken.</param>
sealed record WebhookTry(int? Status, string? Error);
