using Agent.Contracts;

namespace Agent.Journal;

/// <summary>A run's entries as those know them who add to it: read from a place on, append at a known end. The journal, or a record of it that is played again.</summary>
public interface IRunLog
{
    /// <summary>Appends if the entries still end at <paramref name="expected"/>; all events or none.</summary>
    Task<AppendResult> AppendAsync(Guid runId, JournalHead expected, IReadOnlyList<IRunEvent> events, string actor, CancellationToken cancellationToken = default);

    /// <summary>Entries from sequence <paramref name="from"/> (1-based) to the present end.</summary>
    IAsyncEnumerable<JournalEntry> ReadAsync(Guid runId, long from = 1, CancellationToken cancellationToken = default);
}
