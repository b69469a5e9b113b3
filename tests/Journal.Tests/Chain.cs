using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.Journal.Storage;

namespace Agent.Journal.Tests;

/// <summary>Entries without a store.</summary>
static class Chain
{
    public static readonly Guid RunId = Guid.Parse("01900000-0000-7000-8000-000000000001");

    static readonly DateTimeOffset Start = new(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);

    public static List<JournalEntry> Of(params IEnumerable<IRunEvent> events)
    {
        var entries = new List<JournalEntry>();
        var head = JournalHead.Empty;
        foreach (var happened in events)
        {
            var stored = EntryCodec.Encode(RunId, head.Sequence + 1, head.Hash, Start.AddSeconds(head.Sequence), "test", happened);
            entries.Add(EntryCodec.Decode(stored, head.Hash));
            head = entries[^1].Head;
        }

        return entries;
    }

    public static RunState Fold(params IEnumerable<IRunEvent> events) => RunState.Fold(RunId, Of(events));
}
