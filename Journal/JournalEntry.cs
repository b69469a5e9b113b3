using Agent.Contracts;

namespace Agent.Journal;

/// <summary>Where a journal ends: the last entry's sequence (1-based; 0 = empty) and hash (64 hex digits).</summary>
public readonly record struct JournalHead(long Sequence, string Hash)
{
    /// <summary>Of a run without entries.</summary>
    public static JournalHead Empty { get; } = new(0, new string('0', 64));
}

/// <summary>One entry of a run's journal.</summary>
/// <param name="Hash">SHA-256 over the previous hash and <paramref name="Canonical"/>.</param>
/// <param name="Actor">Service instance that appended it.</param>
/// <param name="Canonical">What the hash covers: canonical JSON <c>{"actor","at","data","run","seq","type","v"}</c>.</param>
public sealed record JournalEntry(
    Guid RunId, long Sequence, string Hash, string PreviousHash, DateTimeOffset At, string Actor, string Type, int Version, IRunEvent Event, ReadOnlyMemory<byte> Canonical)
{
    public JournalHead Head => new(Sequence, Hash);
}

/// <summary>What became of an append.</summary>
public abstract record AppendResult
{
    AppendResult()
    {
    }

    /// <summary>Written; the new head.</summary>
    public sealed record Appended(JournalHead Head) : AppendResult
    {
        /// <summary>The time its entries bear.</summary>
        public required DateTimeOffset At { get; init; }
    }

    /// <summary>Not written: somebody appended before. Read from the head you knew, decide again.</summary>
    public sealed record Moved(JournalHead Current) : AppendResult;
}

/// <summary>A run as the index has it, for lists. Brought up to date after each append that changes it.</summary>
public sealed record RunSummary(
    Guid RunId, string Goal, string Workspace, string Principal, RunPhase State, StopReason? StopReason, DateTimeOffset SubmittedAt, DateTimeOffset UpdatedAt, int StepsDone, int StepsTotal);

/// <summary>Whether a chain holds.</summary>
/// <param name="BrokenAt">Sequence of the first entry that does not verify; null if all do.</param>
public sealed record ChainVerdict(long Entries, JournalHead Head, long? BrokenAt, string? Reason)
{
    public bool Holds => BrokenAt is null;
}
