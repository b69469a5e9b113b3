namespace Agent.Journal.Storage;

/// <summary>Recomputes a chain: each hash from its predecessor and content, each entry's own run and number.</summary>
static class ChainCheck
{
    public static async Task<ChainVerdict> RunAsync(StoredEntries entries, Guid runId, CancellationToken cancellationToken)
    {
        var head = JournalHead.Empty;
        await foreach (var slice in entries.ScanAsync(runId, 1, cancellationToken))
        {
            foreach (var stored in slice.Entries)
            {
                if (Mistake(runId, head, stored) is { } reason)
                {
                    return new ChainVerdict(head.Sequence, head, head.Sequence + 1, reason);
                }

                head = new JournalHead(head.Sequence + 1, EntryCodec.HashOf(stored));
            }
        }

        return new ChainVerdict(head.Sequence, head, null, null);
    }

    /// <summary>Why an entry does not follow <paramref name="head"/>; null if it does.</summary>
    public static string? Mistake(Guid runId, JournalHead head, ReadOnlySpan<byte> stored)
    {
        if (!EntryCodec.IsEntry(stored))
        {
            return "it is cut off, or in a form this program does not know";
        }

        if (!EntryCodec.Follows(stored, head.Hash))
        {
            return "its hash is not the one of its content and the entry before it";
        }

        try
        {
            var envelope = EntryCodec.EnvelopeOf(stored);
            return envelope.RunId != runId ? $"it belongs to run {envelope.RunId}"
                : envelope.Sequence != head.Sequence + 1 ? $"it calls itself entry {envelope.Sequence}"
                : null;
        }
        catch (JournalFormatException exception)
        {
            return exception.Message;
        }
    }
}
