using Agent.Contracts;
using Agent.Journal.Storage;

namespace Agent.Journal.Audit;

/// <summary>One file per run, <c>run-&lt;id&gt;.jsonl</c>, one <see cref="JournalLine"/> per entry; only ever added to.</summary>
public sealed class AuditFiles(string directory)
{
    static readonly byte[] LineEnd = "\n"u8.ToArray();

    public string Directory { get; } = directory;

    public string PathOf(Guid runId) => Path.Combine(Directory, $"run-{runId}.jsonl");

    /// <summary>Runs that have a file.</summary>
    public IEnumerable<Guid> Runs() => System.IO.Directory.Exists(Directory)
        ? System.IO.Directory.EnumerateFiles(Directory, "run-*.jsonl").Select(path => Path.GetFileNameWithoutExtension(path)[4..]).Where(id => Guid.TryParse(id, out _)).Select(Guid.Parse)
        : [];

    /// <summary>Recomputes a file's chain from its first line.</summary>
    public async Task<AuditVerdict> VerifyAsync(Guid runId, CancellationToken cancellationToken = default)
    {
        var head = JournalHead.Empty;
        var ended = false;
        await using var file = File.OpenRead(PathOf(runId));
        await foreach (var (line, whole) in AuditLines.ReadAsync(file, cancellationToken))
        {
            if ((whole ? Mistake(runId, head, line, out var stored) : Cut(out stored)) is { } reason)
            {
                return new AuditVerdict(runId, new ChainVerdict(head.Sequence, head, head.Sequence + 1, reason), ended);
            }

            head = new JournalHead(head.Sequence + 1, EntryCodec.HashOf(stored));
            ended = EntryCodec.EndsRun(stored);
        }

        return new AuditVerdict(runId, new ChainVerdict(head.Sequence, head, null, null), ended);
    }

    /// <summary>Where a file ends: its last whole line. A cut last line (the writer died within it) is taken off.</summary>
    internal async Task<(JournalHead Head, bool Ended)> EndAsync(Guid runId, CancellationToken cancellationToken)
    {
        if (!File.Exists(PathOf(runId)))
        {
            return (JournalHead.Empty, false);
        }

        await using var file = new FileStream(PathOf(runId), FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        byte[]? last = null;
        long kept = 0;
        await foreach (var (line, whole) in AuditLines.ReadAsync(file, cancellationToken))
        {
            if (whole)
            {
                last = line;
                kept += line.Length + LineEnd.Length;
            }
        }

        if (kept < file.Length)
        {
            file.SetLength(kept);
        }

        if (last is null)
        {
            return (JournalHead.Empty, false);
        }

        var (stored, _) = JournalLine.Read(last);
        return (new JournalHead(EntryCodec.EnvelopeOf(stored).Sequence, EntryCodec.HashOf(stored)), EntryCodec.EndsRun(stored));
    }

    internal async Task AppendAsync(Guid runId, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 64 * 1024 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new FileStream(PathOf(runId), options);
        foreach (var entry in entries)
        {
            await file.WriteAsync(JournalLine.Of(entry), cancellationToken);
            await file.WriteAsync(LineEnd, cancellationToken);
        }

        await file.FlushAsync(cancellationToken);
        if (entries[^1].Event is RunEnded)
        {
            // A finished trail is on the disk, not in a cache.
            file.Flush(flushToDisk: true);
        }
    }

    static string? Mistake(Guid runId, JournalHead head, byte[] line, out byte[] stored)
    {
        stored = [];
        try
        {
            (stored, var previous) = JournalLine.Read(line);
            return previous != head.Hash ? "it names another predecessor than the line before it" : ChainCheck.Mistake(runId, head, stored);
        }
        catch (JournalFormatException exception)
        {
            return exception.Message;
        }
    }

    static string Cut(out byte[] stored)
    {
        stored = [];
        return "the last line is cut off";
    }
}

/// <summary>Whether an audit file holds.</summary>
/// <param name="Ended">Its last entry ends the run: nothing is to come.</param>
public sealed record AuditVerdict(Guid RunId, ChainVerdict Chain, bool Ended);
