using System.Text;
using Agent.Contracts;
using Agent.Executor.Service.Tools;
using Agent.Executor.Service.Workspaces;

namespace Agent.Executor.Service.WorkingCopies;

/// <summary>The unified diff of a difference, bounded. Old content is the workspace's, as long as that is still what was copied.</summary>
sealed class ChangeDiff(Workspace tree, Workspace workspace, CancellationToken cancellationToken)
{
    const int MostOfFile = 512 * 1024;
    const int MostText = 4 * 1024 * 1024;

    readonly StringBuilder _text = new();
    int _leftOut;

    public string Text => _leftOut == 0 ? _text.ToString() : $"{_text}… {_leftOut} more files are not shown: the diff is longer than {MostText} bytes\n";

    public FileChange Add(TreeChange change)
    {
        var kind = change.Old is null ? FileChangeKind.Added : change.New is null ? FileChangeKind.Removed : FileChangeKind.Changed;
        var file = new FileChange(change.Path, kind, (change.New ?? change.Old)!.Size, Note: NoteOf(change));
        var (head, body) = ($"--- {(change.Old is null ? "/dev/null" : $"a/{change.Path}")}\n+++ {(change.New is null ? "/dev/null" : $"b/{change.Path}")}\n", "");
        if (change.Old?.Digest == change.New?.Digest || change is { Old.Target: not null } or { New.Target: not null })
        {
            body = $"{file.Note ?? "the same content"}\n";
        }
        else if (change.Old is { Size: > MostOfFile } || change.New is { Size: > MostOfFile })
        {
            (file, body) = (file with { IsBinary = true }, $"{change.Old?.Size ?? 0} → {change.New?.Size ?? 0} bytes: too long to be compared by lines\n");
        }
        else if (Content(workspace, change.Old) is not { } old || Content(tree, change.New) is not { } now)
        {
            body = "the workspace's file is another by now: no diff can be made\n";
        }
        else if (FileText.IsBinary(old) || FileText.IsBinary(now))
        {
            (file, body) = (file with { IsBinary = true }, "binary files differ\n");
        }
        else
        {
            var (hunks, added, removed) = UnifiedDiff.Of(FileText.Display(old), FileText.Display(now));
            (file, body) = (file with { LinesAdded = added, LinesRemoved = removed }, (file.Note is { } note ? $"{note}\n" : "") + hunks);
        }

        if (_text.Length + head.Length + body.Length > MostText)
        {
            _leftOut++;
        }
        else
        {
            _text.Append(head).Append(body);
        }

        return file;
    }

    static string? NoteOf(TreeChange change) => change switch
    {
        { New.Target: { } target } => $"link to {target}",
        { Old.Target: { } target, New: null } => $"was a link to {target}",
        { Old.Target: not null } => "was a link",
        { Old: null, New.Mode: var mode } when (mode & 0b001_001_001) != 0 => $"mode {Octal(mode)}",
        { Old.Mode: var old, New.Mode: var now } when old != now => $"mode {Octal(old)} → {Octal(now)}",
        _ => null,
    };

    static string Octal(int mode) => Convert.ToString(mode, 8);

    // Null: it is not what the difference says.
    byte[]? Content(Workspace from, TreeEntry? entry)
    {
        if (entry is null)
        {
            return [];
        }

        try
        {
            using var file = from.OpenFile(TreeSnapshot.PlaceOf(from, entry.Path), out var facts);
            cancellationToken.ThrowIfCancellationRequested();
            return FileText.ReadWhole(file, (long)facts.Size, MostOfFile) is { } content && FileContent.Of(content) == entry.Digest ? content : null;
        }
        catch (ToolFailedException)
        {
            return null;
        }
    }
}
