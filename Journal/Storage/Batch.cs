using Agent.Contracts;

namespace Agent.Journal.Storage;

/// <summary>The entries of one append, encoded: what is written again after a lost reply is the same bytes.</summary>
sealed class Batch
{
    /// <summary>More entries than this in one append are a mistake of the caller's.</summary>
    public const int Limit = 1_000;

    Batch(Guid runId, JournalHead expected, DateTimeOffset at, IReadOnlyList<byte[]> stored, bool endsRun)
    {
        RunId = runId;
        Run = runId.ToString();
        Expected = expected;
        At = at;
        Stored = stored;
        EndsRun = endsRun;
        Head = new JournalHead(expected.Sequence + stored.Count, EntryCodec.HashOf(stored[^1]));
    }

    public Guid RunId { get; }

    public string Run { get; }

    public JournalHead Expected { get; }

    public DateTimeOffset At { get; }

    public IReadOnlyList<byte[]> Stored { get; }

    /// <summary>The head once it is written.</summary>
    public JournalHead Head { get; }

    public bool EndsRun { get; }

    public static Batch Of(Guid runId, JournalHead expected, IReadOnlyList<IRunEvent> events, DateTimeOffset at, string actor)
    {
        if (events.Count is 0 or > Limit)
        {
            throw new ArgumentException($"An append has 1 to {Limit} events, not {events.Count}.", nameof(events));
        }

        if ((expected.Sequence == 0) != (events[0] is RunSubmitted))
        {
            throw new ArgumentException("A journal begins with RunSubmitted, and has it nowhere else.", nameof(events));
        }

        if (events.SkipLast(1).Any(happened => happened is RunEnded))
        {
            throw new ArgumentException("RunEnded is the last entry of a journal; nothing can follow it.", nameof(events));
        }

        var stored = new byte[events.Count][];
        var previous = expected.Hash;
        for (var position = 0; position < stored.Length; position++)
        {
            stored[position] = EntryCodec.Encode(runId, expected.Sequence + 1 + position, previous, at, actor, events[position]);
            previous = EntryCodec.HashOf(stored[position]);
        }

        return new Batch(runId, expected, at, stored, events[^1] is RunEnded);
    }

    /// <exception cref="InvalidOperationException">The expected entry ended the run.</exception>
    public void RefuseIf(bool ended)
    {
        if (ended)
        {
            throw new InvalidOperationException($"Run {RunId} has ended at entry {Expected.Sequence}: nothing can be appended. Load the run and look at its end before appending.");
        }
    }
}
