using Agent.Resp;

namespace Agent.Bench;

/// <summary>What a run's entries take in the store. The journal gives out what they say and not how they lie there, so their keys (docs/journal.md) are asked.</summary>
static class StoredBytes
{
    const int AtOnce = 500;

    public static async Task<long> OfAsync(RespConnection connection, Guid runId, int entries)
    {
        var stored = 0L;
        foreach (var sequences in Enumerable.Range(1, entries).Chunk(AtOnce))
        {
            var lengths = await connection.ExecuteAsync(sequences.Select(sequence => RespCommand.Of("STRLEN", $"j:{{{runId}}}:{sequence}")).ToArray());
            stored += lengths.Sum(length => length.AsInt64());
        }

        return stored;
    }
}
