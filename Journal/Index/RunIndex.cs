using System.Globalization;
using System.Text.Json;
using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.Journal.Storage;
using Agent.Resp;

namespace Agent.Journal.Index;

/// <summary>Finds runs by time and state. What is stored about an ended run never changes; open runs are told from their journals, so a list is never out of date.</summary>
sealed class RunIndex(RespConnection connection, RunFolds folds)
{
    const int LargestPage = 100;

    public async Task<IReadOnlyList<RunSummary>> ListAsync(RunPhase? state, int limit, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return state switch
        {
            null => await ByTimeAsync(JournalKeys.Runs, limit, before, cancellationToken),
            RunPhase.Succeeded or RunPhase.Failed or RunPhase.Cancelled or RunPhase.Stopped => await ByTimeAsync(JournalKeys.Ended(state.Value), limit, before, cancellationToken),
            _ => await OpenInStateAsync(state.Value, limit, before, cancellationToken),
        };
    }

    public async Task<IReadOnlyList<Guid>> OpenAsync(CancellationToken cancellationToken)
    {
        var members = await connection.ExecuteAsync(RespCommand.Of("SMEMBERS", JournalKeys.Open), cancellationToken);
        return [.. members.AsArray().Select(member => Guid.Parse(member.AsString()!)).Order()];
    }

    /// <summary>Runs by their time of submission, oldest first; one may have no entry yet.</summary>
    public async Task<IReadOnlyList<Guid>> SinceAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var members = await connection.ExecuteAsync(RespCommand.Of("ZRANGEBYSCORE", JournalKeys.Runs, JournalKeys.Score(since), "+inf"), cancellationToken);
        return [.. members.AsArray().Select(member => Guid.Parse(member.AsString()!))];
    }

    /// <summary>Moves an ended run out of the open ones. Repeating it changes nothing.</summary>
    public async Task CloseAsync(Guid runId, DateTimeOffset submittedAt, RunPhase state, CancellationToken cancellationToken)
    {
        // Listed as ended before it stops being open, or a crash between the two would hide it.
        await connection.ExecuteAsync(
            new[]
            {
                RespCommand.Of("ZADD", JournalKeys.Ended(state), JournalKeys.Score(submittedAt), runId.ToString()),
                RespCommand.Of("SREM", JournalKeys.Open, runId.ToString()),
            },
            cancellationToken: cancellationToken);
    }

    async Task<IReadOnlyList<RunSummary>> ByTimeAsync(string key, int limit, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        var found = new List<RunSummary>();
        var max = before is { } time ? "(" + JournalKeys.Score(time).ToString(CultureInfo.InvariantCulture) : "+inf";
        var page = Math.Min(limit, LargestPage);
        for (var offset = 0; found.Count < limit; offset += page)
        {
            var reply = await connection.ExecuteAsync(RespCommand.Of("ZREVRANGEBYSCORE", key, max, "-inf", "LIMIT", offset, page), cancellationToken);
            var ids = reply.AsArray().Select(member => Guid.Parse(member.AsString()!)).ToArray();
            found.AddRange(await SummariesAsync(ids, cancellationToken));
            if (ids.Length < page)
            {
                break;
            }
        }

        return found.Count > limit ? found[..limit] : found;
    }

    async Task<IReadOnlyList<RunSummary>> OpenInStateAsync(RunPhase state, int limit, DateTimeOffset? before, CancellationToken cancellationToken)
    {
        var summaries = await SummariesAsync([.. await OpenAsync(cancellationToken)], cancellationToken);
        return [.. summaries
            .Where(summary => summary.State == state && (before is null || summary.SubmittedAt < before))
            .OrderByDescending(summary => summary.SubmittedAt)
            .Take(limit)];
    }

    /// <summary>In the order of <paramref name="ids"/>; without runs that have no entry (their creation did not come through).</summary>
    async Task<List<RunSummary>> SummariesAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        if (ids.Length == 0)
        {
            return [];
        }

        var stored = await connection.ExecuteAsync(ids.Select(id => RespCommand.Of("GET", JournalKeys.Summary(id))).ToArray(), cancellationToken: cancellationToken);
        var summaries = new List<RunSummary>(ids.Length);
        for (var position = 0; position < ids.Length; position++)
        {
            var summary = stored[position].AsBytes() is { } json && stored[position].Kind != RespKind.Error
                ? JsonSerializer.Deserialize<RunSummary>(json, ContractJson.Options)
                : await FoldAsync(ids[position], cancellationToken);
            if (summary is not null)
            {
                summaries.Add(summary);
            }
        }

        return summaries;
    }

    async Task<RunSummary?> FoldAsync(Guid runId, CancellationToken cancellationToken)
    {
        var summary = await folds.LookAsync(runId, static state => state.Summary, cancellationToken);
        if (summary?.StopReason is not null)
        {
            await connection.ExecuteAsync(RespCommand.Of("SET", JournalKeys.Summary(runId), JsonSerializer.SerializeToUtf8Bytes(summary, ContractJson.Options)), cancellationToken);
            await CloseAsync(runId, summary.SubmittedAt, summary.State, cancellationToken);
        }

        return summary;
    }
}
