namespace Agent.Journal;

/// <summary>An entry does not follow the one before it: the store was changed or restored by other hands.</summary>
public sealed class JournalBrokenException(Guid runId, long sequence)
    : Exception($"The journal of run {runId} does not hold together at entry {sequence}. `agent audit verify` says more; compare with the audit trail.")
{
    public Guid RunId { get; } = runId;

    public long Sequence { get; } = sequence;
}

/// <summary>Stored bytes are not what this program can read.</summary>
public sealed class JournalFormatException(string message, Exception? inner = null) : Exception(message, inner);
