using Microsoft.Win32.SafeHandles;

namespace Agent.Executor.Service.Workspaces;

/// <summary>Walks a workspace's files in name order. Follows no symbolic link, so there are no loops and no way out; what it leaves out, it names.</summary>
sealed class TreeWalk(Workspace workspace, CancellationToken cancellationToken)
{
    public const int MaxDepth = 128;
    const int MaxSkipped = 100;

    int _skipped;

    public List<SkippedPath> Skipped { get; } = [];

    /// <summary>Calls back for each regular file until it answers false.</summary>
    /// <returns>Whether the walk came to its end.</returns>
    public bool Visit(WorkspacePath start, Func<WalkedFile, bool> onFile)
    {
        using var directory = workspace.OpenDirectory(start);
        var completed = Visit(directory, start.Parts.Count == 0 ? "" : start.Relative + "/", 0, onFile);
        if (_skipped > Skipped.Count)
        {
            Skipped.Add(new SkippedPath("…", $"and {_skipped - Skipped.Count} more"));
        }

        return completed;
    }

    public void Skip(string path, string reason)
    {
        _skipped++;
        if (Skipped.Count < MaxSkipped)
        {
            Skipped.Add(new SkippedPath(path, reason));
        }
    }

    bool Visit(SafeFileHandle directory, string prefix, int depth, Func<WalkedFile, bool> onFile)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Posix.ReadDirectory(directory) is not { } entries)
        {
            Skip(prefix, "directory can not be read");
            return true;
        }

        entries.Sort(static (left, right) => left.Name.AsSpan().SequenceCompareTo(right.Name));
        foreach (var entry in entries)
        {
            var path = prefix + PathName.Display(entry.Name);
            if (Posix.Stat(directory, entry.Name) is not { } facts)
            {
                Skip(path, "can not be looked at: it went away, or permission denied");
            }
            else if (facts.IsLink)
            {
                Skip(path, LinkReason(path));
            }
            else if (facts.IsDirectory)
            {
                if (!VisitChild(directory, entry, path, depth, entries, onFile))
                {
                    return false;
                }
            }
            else if (entry.Name.AsSpan().SequenceEqual(".git"u8))
            {
                Skip(path, "version control data");
            }
            else if (!facts.IsRegular)
            {
                Skip(path, "not a regular file");
            }
            else if (!onFile(new WalkedFile(path, entry.Name, directory, facts)))
            {
                return false;
            }
        }

        return true;
    }

    bool VisitChild(SafeFileHandle directory, DirectoryEntry entry, string path, int depth, List<DirectoryEntry> siblings, Func<WalkedFile, bool> onFile)
    {
        if (SkippedDirectories.ReasonFor(entry.Name, siblings) is { } reason)
        {
            Skip(path + "/", reason);
            return true;
        }

        if (depth >= MaxDepth)
        {
            Skip(path + "/", $"deeper than {MaxDepth} directories");
            return true;
        }

        using var child = Posix.Open(directory, entry.Name, Posix.ReadOnly | Posix.DirectoryOnly | Posix.NoFollow);
        if (child.IsInvalid)
        {
            Skip(path + "/", $"directory can not be opened: {Posix.LastError()}");
            return true;
        }

        return Visit(child, path + "/", depth + 1, onFile);
    }

    string LinkReason(string path) => workspace.Resolve(path) switch
    {
        PathResolution.Inside(var target) => $"symbolic link to {target.Relative}: not followed",
        PathResolution.Refused { Reason: var reason } when reason.Contains("loop", StringComparison.Ordinal) => "symbolic link loop",
        _ => "symbolic link out of the workspace: not followed",
    };
}

/// <summary>Something a walk left out, and why.</summary>
sealed record SkippedPath(string Path, string Reason);

/// <summary>A regular file met on a walk; its directory is open only during the call back.</summary>
readonly record struct WalkedFile(string Path, byte[] Name, SafeFileHandle Directory, FileFacts Facts)
{
    public long Size => (long)Facts.Size;

    /// <summary>Opens what was met; null if it can not be opened or is another thing by now.</summary>
    public SafeFileHandle? Open()
    {
        var file = Posix.Open(Directory, Name, Posix.ReadOnly | Posix.NoFollow | Posix.NonBlocking);
        if (!file.IsInvalid && Posix.Stat(file) is { IsRegular: true })
        {
            return file;
        }

        file.Dispose();
        return null;
    }
}
