using System.Globalization;
using Agent.Contracts;
using Agent.Journal.Storage;
using Agent.Resp;

namespace Agent.Journal.Retention;

/// <summary>Takes runs out of the store: as a file, or for good.</summary>
public sealed class RunArchive(RespConnection connection, RunJournal journal, Artefacts artefacts)
{
    const int KeysAtOnce = 500;

    /// <summary>Runs whose removal has begun: one that was cut short is finished by the next.</summary>
    const string Removing = "j:removing";

    /// <summary>Writes a run's journal as lines (<see cref="JournalLine"/>), as the audit trail has them; returns the number of entries.</summary>
    public async Task<long> ExportAsync(Guid runId, Stream target, CancellationToken cancellationToken = default)
    {
        long count = 0;
        await foreach (var entry in journal.ReadAsync(runId, cancellationToken: cancellationToken))
        {
            await target.WriteAsync(JournalLine.Of(entry), cancellationToken);
            await target.WriteAsync("\n"u8.ToArray(), cancellationToken);
            count++;
        }

        return count;
    }

    /// <summary>Removes ended runs submitted before a time, oldest state first; returns how many.</summary>
    /// <param name="keep">Called with each run before it goes, to export it; a run it throws for stays.</param>
    public async Task<int> RemoveEndedBeforeAsync(DateTimeOffset time, Func<Guid, Task>? keep = null, CancellationToken cancellationToken = default)
    {
        foreach (var unfinished in (await connection.ExecuteAsync(RespCommand.Of("SMEMBERS", Removing), cancellationToken)).AsArray())
        {
            await RemoveKeysAsync(Guid.Parse(unfinished.AsString()!), cancellationToken);
        }

        var removed = 0;
        foreach (var state in (RunPhase[])[RunPhase.Succeeded, RunPhase.Failed, RunPhase.Cancelled, RunPhase.Stopped])
        {
            var old = await connection.ExecuteAsync(RespCommand.Of("ZRANGEBYSCORE", JournalKeys.Ended(state), "-inf", $"({JournalKeys.Score(time)}"), cancellationToken);
            foreach (var member in old.AsArray())
            {
                var runId = Guid.Parse(member.AsString()!);
                await (keep?.Invoke(runId) ?? Task.CompletedTask);
                await RemoveAsync(runId, cancellationToken);
                removed++;
            }
        }

        return removed;
    }

    /// <summary>Removes one run that has ended: its journal, its place in the lists, the artefacts only it needs.</summary>
    /// <exception cref="InvalidOperationException">The run has not ended.</exception>
    public async Task RemoveAsync(Guid runId, CancellationToken cancellationToken = default)
    {
        var state = await journal.LoadAsync(runId, cancellationToken);
        if (state is { End: null })
        {
            throw new InvalidOperationException($"Run {runId} has not ended ({state.Phase}): cancel it first.");
        }

        await connection.ExecuteAsync(RespCommand.Of("SADD", Removing, runId.ToString()), cancellationToken);
        await RemoveKeysAsync(runId, cancellationToken);
    }

    async Task RemoveKeysAsync(Guid runId, CancellationToken cancellationToken)
    {
        await artefacts.ReleaseAsync(runId, cancellationToken);
        RespArgument run = runId.ToString();
        await connection.ExecuteAsync(
            new[]
            {
                RespCommand.Of("ZREM", JournalKeys.Runs, run),
                RespCommand.Of("ZREM", JournalKeys.Ended(RunPhase.Succeeded), run),
                RespCommand.Of("ZREM", JournalKeys.Ended(RunPhase.Failed), run),
                RespCommand.Of("ZREM", JournalKeys.Ended(RunPhase.Cancelled), run),
                RespCommand.Of("ZREM", JournalKeys.Ended(RunPhase.Stopped), run),
                RespCommand.Of("SREM", JournalKeys.Open, run),
                RespCommand.Of("DEL", JournalKeys.Summary(runId)),
            },
            cancellationToken: cancellationToken);

        // From the front: a removal cut short leaves no run that could be mistaken for an open one. The hint, kept to the end, says how far the rest goes.
        var hint = (await connection.ExecuteAsync(RespCommand.Of("GET", JournalKeys.Hint(runId)), cancellationToken)).AsString();
        var last = hint is null ? 0 : long.Parse(hint, CultureInfo.InvariantCulture);
        long removed;
        long from = 1;
        do
        {
            RespArgument[] keys = [.. Enumerable.Range(0, KeysAtOnce).Select(offset => (RespArgument)JournalKeys.Entry(runId, from + offset))];
            removed = (await connection.ExecuteAsync(RespCommand.Of("DEL", keys), cancellationToken)).AsInt64();
            from += KeysAtOnce;
        }
        while (removed > 0 || from <= last);

        await connection.ExecuteAsync(RespCommand.Of("DEL", JournalKeys.Hint(runId)), cancellationToken);
        await connection.ExecuteAsync(RespCommand.Of("SREM", Removing, run), cancellationToken);
    }
}
