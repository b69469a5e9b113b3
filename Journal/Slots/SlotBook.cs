using System.Text.Json;
using Agent.Contracts;
using Agent.Resp;

namespace Agent.Journal.Slots;

/// <summary>Which run holds how many of the slots that caps leave, and who waits for some. One transaction a question, so that several planners never give more than there is.</summary>
public sealed class SlotBook(RespConnection connection, TimeProvider time)
{
    // One tag: both change in one transaction.
    const string Held = "{slots}:held";
    const string Waiting = "{slots}:waiting";

    /// <summary>How long a run that does not ask again counts as waiting.</summary>
    static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(15);

    /// <summary>Notes what a run has, and gives it of what it wants what caps and those before it leave.</summary>
    public async Task<SlotAnswer> AskAsync(SlotRequest request, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var (answer, isOver) = (new SlotAnswer(null, []), false);
            var done = await connection.WatchAsync(
                [Held, Waiting],
                async reader =>
                {
                    var held = await ReadAsync<HeldSlots>(reader, Held, cancellationToken);
                    var waiting = await ReadAsync<SlotWaiter>(reader, Waiting, cancellationToken);
                    (answer, var changes) = Decide(request, held, waiting);
                    isOver = changes.Length == 0;
                    return isOver ? null : changes;
                },
                cancellationToken);
            if (done is not null || isOver)
            {
                return answer;
            }
        }
    }

    /// <summary>Takes back what runs hold that are no longer open: who ended them may have died before saying so.</summary>
    /// <param name="openRuns">Asked after the book was read: what is open then was open before.</param>
    public async Task ReleaseOrphansAsync(Func<Task<IReadOnlyList<Guid>>> openRuns, CancellationToken cancellationToken = default)
    {
        var holders = (await connection.ExecuteAsync(RespCommand.Of("HKEYS", Held), cancellationToken)).AsArray().Select(field => Guid.Parse(field.AsString()!)).ToList();
        if (holders.Count == 0)
        {
            return;
        }

        var open = (await openRuns()).ToHashSet();
        foreach (var gone in holders.Where(run => !open.Contains(run)))
        {
            await connection.ExecuteAsync(RespCommand.Of("HDEL", Held, gone.ToString()), cancellationToken);
        }
    }

    (SlotAnswer Answer, RespCommand[] Changes) Decide(SlotRequest request, Dictionary<Guid, HeldSlots> held, Dictionary<Guid, SlotWaiter> waiting)
    {
        var now = time.GetUtcNow();
        var before = held.GetValueOrDefault(request.RunId);
        if (before is not null && before.Sequence > request.Sequence)
        {
            return (new SlotAnswer(null, []), []);
        }

        // Asked at the same place of the journal before: what was given then may be dispatched by now.
        var kept = before?.Sequence == request.Sequence ? request.Wanted.TakeWhile(before.Steps.Contains).Count() : 0;
        var waited = waiting.GetValueOrDefault(request.RunId);
        foreach (var gone in waiting.Values.Where(waiter => now - waiter.SeenAt > Forgotten).ToList())
        {
            waiting.Remove(gone.RunId);
        }

        held[request.RunId] = new HeldSlots(request.Caps.Group, request.Sequence, [.. request.Active, .. request.Wanted.Take(kept)]);
        waiting.Remove(request.RunId);
        if (request.Wanted.Count > kept)
        {
            waiting[request.RunId] = new SlotWaiter(request.RunId, request.Priority, request.Wanted.Count - kept, request.Caps, waited?.Since ?? now, now);
        }

        var shares = SlotRules.Share(waiting.Values, held, now);
        var share = shares.GetValueOrDefault(request.RunId) ?? new SlotGrant(0, null);
        var mine = held[request.RunId] = held[request.RunId] with { Steps = [.. request.Active, .. request.Wanted.Take(kept + share.Count)] };
        var next = shares.Where(one => one.Key != request.RunId && one.Value.Count > 0).Select(one => one.Key).ToList();
        var waits = share.Reason is null ? null : waiting[request.RunId] with { Wanted = request.Wanted.Count - kept - share.Count, Since = share.Count > 0 ? now : waiting[request.RunId].Since };
        return (new SlotAnswer(share with { Count = kept + share.Count }, next), [.. Changes(request.RunId, before, mine, waited, waits)]);
    }

    static IEnumerable<RespCommand> Changes(Guid runId, HeldSlots? before, HeldSlots mine, SlotWaiter? waited, SlotWaiter? waits)
    {
        var run = runId.ToString();
        if (mine.Steps.Count == 0)
        {
            if (before is not null)
            {
                yield return RespCommand.Of("HDEL", Held, run);
            }
        }
        else if (before is null || before.Sequence != mine.Sequence || !before.Steps.SequenceEqual(mine.Steps, StringComparer.Ordinal))
        {
            yield return RespCommand.Of("HSET", Held, run, JsonSerializer.SerializeToUtf8Bytes(mine, ContractJson.Options));
        }

        if (waits is not null)
        {
            yield return RespCommand.Of("HSET", Waiting, run, JsonSerializer.SerializeToUtf8Bytes(waits, ContractJson.Options));
        }
        else if (waited is not null)
        {
            yield return RespCommand.Of("HDEL", Waiting, run);
        }
    }

    static async Task<Dictionary<Guid, T>> ReadAsync<T>(IRespReader reader, string key, CancellationToken cancellationToken)
    {
        var fields = (await reader.ExecuteAsync(RespCommand.Of("HGETALL", key), cancellationToken)).AsArray();
        var all = new Dictionary<Guid, T>(fields.Length / 2);
        for (var position = 0; position + 1 < fields.Length; position += 2)
        {
            all[Guid.Parse(fields[position].AsString()!)] = JsonSerializer.Deserialize<T>(fields[position + 1].AsBytes()!, ContractJson.Options)!;
        }

        return all;
    }
}
