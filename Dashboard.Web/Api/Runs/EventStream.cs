using System.Buffers;
using System.Text;
using Agent.Journal;

namespace Agent.Dashboard.Web.Api.Runs;

/// <summary>An entry as it goes out: its canonical JSON with the hashes that chain it.</summary>
static class EntryJson
{
    public static byte[] Of(JournalEntry entry)
    {
        var canonical = entry.Canonical.Span;
        return [.. canonical[..^1], .. Encoding.UTF8.GetBytes($",\"hash\":\"{entry.Hash}\",\"prev\":\"{entry.PreviousHash}\"}}")];
    }
}

/// <summary>Entries as a JSON array, written as they are read.</summary>
sealed class EntryArray(IAsyncEnumerable<JournalEntry> entries) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        var body = httpContext.Response.BodyWriter;
        body.Write("["u8);
        var first = true;
        await foreach (var entry in entries)
        {
            body.Write(first ? "\n"u8 : ",\n"u8);
            body.Write(EntryJson.Of(entry));
            first = false;
            await body.FlushAsync(httpContext.RequestAborted);
        }

        body.Write("\n]\n"u8);
    }
}

/// <summary>Entries as JSON lines: the form of the audit file.</summary>
sealed class EntryLines(IAsyncEnumerable<JournalEntry> entries) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/x-ndjson; charset=utf-8";
        var body = httpContext.Response.BodyWriter;
        await foreach (var entry in entries)
        {
            body.Write(EntryJson.Of(entry));
            body.Write("\n"u8);
            await body.FlushAsync(httpContext.RequestAborted);
        }
    }
}

/// <summary>Entries as server-sent events from a cursor on, until the run has ended: <c>id</c> is the sequence, so a reconnect goes on without a gap.</summary>
sealed class EventStream(RunJournal journal, Guid runId, long after, TimeProvider time, CancellationToken stopping) : IResult
{
    static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache,no-store";
        response.Headers["X-Accel-Buffering"] = "no";

        try
        {
            await WriteAsync(response, "retry: 1000\n\n"u8.ToArray(), gone.Token);
            await FollowAsync(response, gone.Token);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // The reader left or the door stops; the reader's cursor is its own.
            return;
        }
    }

    async Task FollowAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        await using var entries = journal.FollowAsync(runId, after + 1, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var next = entries.MoveNextAsync().AsTask();
        try
        {
            var heartbeat = Task.Delay(Heartbeat, time, cancellationToken);
            while (true)
            {
                if (await Task.WhenAny(next, heartbeat) == heartbeat && !next.IsCompleted)
                {
                    await heartbeat;
                    await WriteAsync(response, ": still here\n\n"u8.ToArray(), cancellationToken);
                    heartbeat = Task.Delay(Heartbeat, time, cancellationToken);
                    continue;
                }

                if (!await next)
                {
                    return;
                }

                var entry = entries.Current;
                await WriteAsync(response, [.. Encoding.UTF8.GetBytes($"id: {entry.Sequence}\nevent: {entry.Type}\ndata: "), .. EntryJson.Of(entry), .. "\n\n"u8], cancellationToken);
                next = entries.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // An enumerator may not be disposed in the middle of a step; the same cancellation ends that step.
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    static async Task WriteAsync(HttpResponse response, byte[] bytes, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync(bytes, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
