using System.Collections.Concurrent;

namespace Agent.Journal.Storage;

/// <summary>Heads this process has seen with its own eyes, each with the connection's generation it saw it in: within one generation a server only gains entries.</summary>
sealed class KnownHeads
{
    const int Capacity = 20_000;

    readonly ConcurrentDictionary<Guid, Seen> _seen = new();

    public Seen? Find(Guid runId, long generation) =>
        _seen.TryGetValue(runId, out var seen) && seen.Generation == generation && generation > 0 ? seen : null;

    public void Note(Guid runId, long generation, JournalHead head, bool ended)
    {
        if (generation == 0 || head.Sequence == 0)
        {
            return;
        }

        // Forgetting costs a round trip, so the rare moment of being full need not be clever.
        if (_seen.Count >= Capacity)
        {
            _seen.Clear();
        }

        var fresh = new Seen(generation, head, ended);
        _seen.AddOrUpdate(runId, fresh, (_, known) =>
            known.Generation > generation || (known.Generation == generation && known.Head.Sequence > head.Sequence) ? known : fresh);
    }

    public sealed record Seen(long Generation, JournalHead Head, bool Ended);
}
