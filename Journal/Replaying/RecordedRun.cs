using System.Text;
using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.Journal.Storage;

namespace Agent.Journal.Replaying;

/// <summary>A run's journal in memory, to be played again.</summary>
public sealed class RecordedRun
{
    readonly IReadOnlyList<JournalEntry> _entries;

    /// <param name="entries">All of one run, from its first on.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    public RecordedRun(IReadOnlyList<JournalEntry> entries)
    {
        _entries = entries.Count > 0 ? entries : throw new ArgumentException("A recorded run has at least one entry.", nameof(entries));
        TakenOver = entries is [_, { Event: RunForked fork }, ..] ? (int)Math.Min(entries.Count, fork.Sequence + 1) : 0;
    }

    public Guid RunId => _entries[0].RunId;

    public IReadOnlyList<JournalEntry> Entries => _entries;

    /// <summary>So many entries at the beginning are the history a fork took over: they happened in another run, at other times.</summary>
    public int TakenOver { get; }

    /// <summary>Sequence of the entry that another plan was put into; 0 if none was.</summary>
    public long Replaced { get; private init; }

    /// <returns>Null if there is no such run.</returns>
    public static async Task<RecordedRun?> LoadAsync(IRunLog journal, Guid runId, CancellationToken cancellationToken)
    {
        var entries = new List<JournalEntry>();
        await foreach (var entry in journal.ReadAsync(runId, 1, cancellationToken))
        {
            entries.Add(entry);
        }

        return entries.Count == 0 ? null : new RecordedRun(entries);
    }

    /// <summary>Of the lines of an exported journal or an audit file.</summary>
    /// <exception cref="JournalFormatException">Names the line that is no entry, or does not follow the one before it.</exception>
    public static RecordedRun Parse(IReadOnlyList<string> lines)
    {
        var entries = new List<JournalEntry>();
        var head = JournalHead.Empty;
        foreach (var (line, text) in lines.Index().Where(line => line.Item.Length > 0))
        {
            try
            {
                var (stored, previous) = JournalLine.Read(Encoding.UTF8.GetBytes(text));
                var entry = EntryCodec.Decode(stored, previous);
                if (ChainCheck.Mistake(entries.Count == 0 ? entry.RunId : entries[0].RunId, head, stored) is { } mistake)
                {
                    throw new JournalFormatException($"{mistake}.");
                }

                entries.Add(entry);
                head = entry.Head;
            }
            catch (JournalFormatException exception)
            {
                throw new JournalFormatException($"Line {line + 1} of the journal: {exception.Message} Export it again with `agent runs export`.", exception);
            }
        }

        return entries.Count > 0 ? new RecordedRun(entries) : throw new JournalFormatException("The journal has no entries.");
    }

    /// <summary>The same run with another plan in the place of its first own one.</summary>
    public RecordedRun WithPlan(Plan plan)
    {
        var entries = _entries.ToList();
        var index = entries.FindIndex(TakenOver, entry => entry.Event is PlanAccepted);
        if (index >= 0)
        {
            entries[index] = entries[index] with { Event = ((PlanAccepted)entries[index].Event) with { Plan = plan } };
        }

        return new RecordedRun(entries) { Replaced = index + 1 };
    }

    /// <summary>The run as it stood after so many entries.</summary>
    public RunState StateAfter(int count)
    {
        var state = new RunState(RunId);
        foreach (var entry in _entries.Take(count))
        {
            state.Apply(entry);
        }

        return state;
    }
}
