using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Webhooks;
using Agent.Journal;
using Agent.Journal.Webhooks;
using Agent.ServiceDefaults;

namespace Agent.Dashboard.Web.Runs;

/// <summary>What somebody wants done, and where.</summary>
/// <param name="SignOff">A person signs the plan before anything of it begins.</param>
/// <param name="Priority">0 to 9; null = 5.</param>
/// <param name="Origin">What made it, if no person did directly.</param>
/// <param name="Webhook">A webhook that is told of its end.</param>
sealed record Submission(
    string Goal, string Workspace, string Principal, string? IdempotencyKey = null, bool SignOff = false, int? Priority = null, string? Origin = null, string? Webhook = null);

/// <summary>Takes a goal: the append is the promise, the message after it only a hint.</summary>
sealed class RunSubmission(RunJournal journal, IdempotencyKeys keys, RunHints hints, WebhookBook webhooks)
{
    public const string Actor = "dashboard-web";

    public async Task<SubmissionOutcome> SubmitAsync(Submission wanted, CancellationToken cancellationToken)
    {
        if (SubmissionRules.FirstMistake(wanted) is { } mistake)
        {
            return mistake;
        }

        if (await webhooks.MistakeAsync(wanted.Webhook, cancellationToken) is { } unknown)
        {
            return new SubmissionOutcome.Refused("unknown_webhook", unknown);
        }

        var submission = wanted with { Goal = wanted.Goal.Trim(), Workspace = Path.TrimEndingDirectorySeparator(Path.GetFullPath(wanted.Workspace)) };
        var runId = Guid.CreateVersion7();

        if (submission.IdempotencyKey is { } key)
        {
            var claim = await keys.ClaimAsync(submission.Principal, key, BodyDigest(submission), runId, cancellationToken);
            if (!claim.SameBody)
            {
                return new SubmissionOutcome.KeyUsed(claim.RunId);
            }

            runId = claim.RunId;
            CrashPoint.Reach("submission.claimed");
        }

        // Also for a key that is not new: the door may have died between the claim and the append. A run that is there refuses a second first entry.
        var submitted = new RunSubmitted(
            submission.Goal, submission.Workspace, submission.Principal, submission.IdempotencyKey, Activity.Current?.Id,
            submission.SignOff ? true : null, submission.Priority, submission.Origin, submission.Webhook);
        var result = await journal.AppendAsync(runId, JournalHead.Empty, [submitted], Actor, cancellationToken);
        if (result is AppendResult.Appended)
        {
            CrashPoint.Reach("submission.appended");
            await hints.PlanAsync(runId);
            CrashPoint.Reach("submission.hinted");
            return new SubmissionOutcome.Accepted(runId, RunPhase.Queued);
        }

        var known = await journal.LoadAsync(runId, cancellationToken);
        return new SubmissionOutcome.Accepted(runId, known?.Phase ?? RunPhase.Queued);
    }

    // What was left out does not count: keys given before there was more to say still fit.
    static string BodyDigest(Submission submission)
    {
        string[] said = [submission.Goal, submission.Workspace, .. submission.SignOff ? ["sign-off"] : Array.Empty<string>(), .. submission.Priority is { } priority ? [$"priority {priority}"] : Array.Empty<string>(), .. submission.Webhook is { } hook ? [$"webhook {hook}"] : Array.Empty<string>()];
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(said)));
    }
}

/// <summary>Every way a submission can end.</summary>
abstract record SubmissionOutcome
{
    SubmissionOutcome()
    {
    }

    /// <summary>The run is in the journal, now or since an earlier submission with the same key.</summary>
    public sealed record Accepted(Guid RunId, RunPhase State) : SubmissionOutcome;

    /// <summary>The idempotency key belongs to a run with another goal or workspace.</summary>
    public sealed record KeyUsed(Guid RunId) : SubmissionOutcome;

    /// <summary>The caller's mistake: what is wrong, and the cure.</summary>
    public sealed record Refused(string Code, string Message) : SubmissionOutcome;
}
