using System.Text;
using System.Text.Json;
using Agent.Contracts;
using Agent.Journal;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Dashboard.Web.Api.Runs;

/// <summary>Whether a run's chain holds.</summary>
sealed record VerifyView(Guid RunId, bool Holds, long Entries, string Head, long? BrokenAt, string? Reason);

/// <summary>Positions a run can be taken up from.</summary>
sealed record CheckpointList(Guid RunId, IReadOnlyList<Checkpoint> Checkpoints);

/// <summary>Views of the one list that a run's journal is: events, checkpoints, log lines, proof.</summary>
static class RunRecordEndpoints
{
    public static void MapRunRecords(this IEndpointRouteBuilder app)
    {
        var records = app.MapGroup("").WithTags("Records");

        records.MapGet("/runs/{runId:guid}/events", Events).WithSummary("Journal entries: server-sent events, or an array with Accept: application/json");
        records.MapGet("/runs/{runId:guid}/export", Export).WithSummary("The whole journal, one entry with its hashes a line");
        records.MapGet("/runs/{runId:guid}/verify", Verify).WithSummary("Recompute the hash chain");
        records.MapGet("/checkpoints/{runId:guid}", Checkpoints).WithSummary("Positions the run can be taken up from");
        records.MapGet("/logs/{runId:guid}", Logs).WithSummary("The run as log lines, one JSON object a line");
    }

    static async Task<IResult> Events(Guid runId, long? after, HttpRequest request, RunJournal journal, TimeProvider time, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        // A reconnecting EventSource says where it was in this header.
        var seen = after ?? (long.TryParse(request.Headers["Last-Event-ID"], out var last) ? last : 0);
        if (seen < 0)
        {
            return Problems.Of(400, "invalid_after", $"after is {seen}; it is the sequence of the last entry you have, 0 for none.");
        }

        var head = await journal.HeadAsync(runId, cancellationToken);
        if (head.Sequence == 0)
        {
            return Problems.UnknownRun(runId);
        }

        if (request.Headers.Accept.Any(accept => accept?.Contains("application/json", StringComparison.OrdinalIgnoreCase) == true))
        {
            return new EntryArray(journal.ReadAsync(runId, seen + 1, cancellationToken));
        }

        if (seen >= head.Sequence && await HasEndedAsync(journal, runId, head, cancellationToken))
        {
            // The one answer that makes an EventSource stop asking again.
            return TypedResults.NoContent();
        }

        return new EventStream(journal, runId, seen, time, lifetime.ApplicationStopping);
    }

    static async Task<IResult> Export(Guid runId, HttpResponse response, RunJournal journal, CancellationToken cancellationToken)
    {
        if ((await journal.HeadAsync(runId, cancellationToken)).Sequence == 0)
        {
            return Problems.UnknownRun(runId);
        }

        response.Headers.ContentDisposition = $"attachment; filename=\"run-{runId}.jsonl\"";
        return new EntryLines(journal.ReadAsync(runId, 1, cancellationToken));
    }

    static async Task<bool> HasEndedAsync(RunJournal journal, Guid runId, JournalHead head, CancellationToken cancellationToken)
    {
        await foreach (var entry in journal.ReadAsync(runId, head.Sequence, cancellationToken))
        {
            if (entry.Event is RunEnded)
            {
                return true;
            }
        }

        return false;
    }

    static async Task<Results<Ok<VerifyView>, ProblemHttpResult>> Verify(Guid runId, RunJournal journal, CancellationToken cancellationToken)
    {
        var verdict = await journal.VerifyAsync(runId, cancellationToken);
        return verdict.Entries == 0 && verdict.Holds
            ? Problems.UnknownRun(runId)
            : TypedResults.Ok(new VerifyView(runId, verdict.Holds, verdict.Entries, verdict.Head.Hash, verdict.BrokenAt, verdict.Reason));
    }

    static async Task<Results<Ok<CheckpointList>, ProblemHttpResult>> Checkpoints(Guid runId, RunJournal journal, CancellationToken cancellationToken)
    {
        var entries = await journal.ReadAsync(runId, 1, cancellationToken).ToListAsync(cancellationToken);
        return entries.Count == 0
            ? Problems.UnknownRun(runId)
            : TypedResults.Ok(new CheckpointList(runId, [.. entries.Select(Checkpoint.Of).OfType<Checkpoint>()]));
    }

    static async Task<Results<ContentHttpResult, ProblemHttpResult>> Logs(Guid runId, RunJournal journal, CancellationToken cancellationToken)
    {
        var lines = new StringBuilder();
        string? traceId = null;
        await foreach (var entry in journal.ReadAsync(runId, 1, cancellationToken))
        {
            traceId ??= LogLine.TraceIdOf(entry);
            lines.Append(JsonSerializer.Serialize(LogLine.Of(entry, traceId), ContractJson.Options)).Append('\n');
        }

        return lines.Length == 0 ? Problems.UnknownRun(runId) : TypedResults.Content(lines.ToString(), "application/x-ndjson", Encoding.UTF8);
    }
}
