using Agent.Executor.Service.Workspaces;
using Microsoft.Win32.SafeHandles;

namespace Agent.Executor.Service.WorkingCopies;

/// <summary>Copies a whole directory: files with content, mode and time, links as links, git's data too. What would let more into the copy than the workspace may show
/// (a hard link to a file of elsewhere), or can not be copied, is left out and named.</summary>
sealed class TreeCopy(Workspace workspace, CopyBounds bounds, CancellationToken cancellationToken)
{
    const int MostNamed = 50;
    const int NewFileMode = 0b110_000_000;

    readonly HardLinks _hardLinks = new(workspace);
    readonly List<TreeEntry> _entries = [];
    readonly List<string> _leftOut = [];
    long _files;
    int _notNamed;

    public IReadOnlyList<TreeEntry> Entries => _entries;

    public IReadOnlyList<string> LeftOut => _notNamed == 0 ? _leftOut : [.. _leftOut, $"and {_notNamed} more"];

    public long Files => _files;

    public long Bytes { get; private set; }

    /// <exception cref="CopyRefusedException">It is too large.</exception>
    public void To(SafeFileHandle directory)
    {
        using var root = workspace.OpenRoot();
        Copy(root, directory, "", 0, isByproduct: false, isGit: false);
    }

    void Copy(SafeFileHandle source, SafeFileHandle target, string prefix, int depth, bool isByproduct, bool isGit)
    {
        if (Posix.ReadDirectory(source) is not { } entries)
        {
            LeaveOut(prefix, "it can not be read");
            return;
        }

        entries.Sort(static (left, right) => left.Name.AsSpan().SequenceCompareTo(right.Name));
        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = prefix + PathName.Display(entry.Name);
            if (Posix.Stat(source, entry.Name) is not { } facts || Promotion.IsStage(entry.Name) || facts.Identity == bounds.Apart)
            {
                // It went away, or is ours: never part of a workspace.
                continue;
            }

            var isGitHere = isGit || entry.Name.AsSpan().SequenceEqual(".git"u8);
            if (facts.IsDirectory)
            {
                CopyDirectory(source, target, entry, path, depth, isByproduct || SkippedDirectories.ReasonFor(entry.Name, entries) is not null, isGitHere);
            }
            else if (isGitHere && !isGit && depth == 0)
            {
                LeaveOut(path, "it names a repository of elsewhere, which a copy must not write to");
            }
            else if (facts.IsLink)
            {
                CopyLink(source, target, entry, path, isByproduct, isGitHere);
            }
            else if (!facts.IsRegular)
            {
                LeaveOut(path, "it is neither file, directory nor link");
            }
            else
            {
                CopyFile(source, target, entry, path, facts, isByproduct, isGitHere);
            }
        }
    }

    void CopyDirectory(SafeFileHandle source, SafeFileHandle target, DirectoryEntry entry, string path, int depth, bool isByproduct, bool isGit)
    {
        using var from = Posix.Open(source, entry.Name, Posix.ReadOnly | Posix.DirectoryOnly | Posix.NoFollow);
        if (from.IsInvalid || depth >= TreeWalk.MaxDepth)
        {
            LeaveOut(path + "/", from.IsInvalid ? "it can not be opened" : $"it lies deeper than {TreeWalk.MaxDepth} directories");
            return;
        }

        Posix.MakeDirectory(target, entry.Name, 0b111_000_000);
        using var to = Posix.Open(target, entry.Name, Posix.ReadOnly | Posix.DirectoryOnly | Posix.NoFollow);
        Throw.IfInvalid(to, path);
        Copy(from, to, path + "/", depth + 1, isByproduct, isGit);
        Posix.SetMode(to, ((Posix.Stat(from)?.Mode ?? 0) & 0b111_111_111) | 0b111_000_000);
    }

    void CopyLink(SafeFileHandle source, SafeFileHandle target, DirectoryEntry entry, string path, bool isByproduct, bool isGit)
    {
        if (Posix.ReadLink(source, entry.Name) is not { } points)
        {
            return;
        }

        Count(path, 0);
        if (!Posix.MakeLink(target, entry.Name, points))
        {
            throw new IOException($"{path} can not be made: {Posix.LastError()}");
        }

        Note(isGit, new TreeEntry(path, PathName.Display(points), 0, points.Length, FileContent.Of(points), isByproduct));
    }

    void CopyFile(SafeFileHandle source, SafeFileHandle target, DirectoryEntry entry, string path, FileFacts met, bool isByproduct, bool isGit)
    {
        using var from = Posix.Open(source, entry.Name, Posix.ReadOnly | Posix.NoFollow | Posix.NonBlocking);
        if (from.IsInvalid || Posix.Stat(from) is not { IsRegular: true } facts)
        {
            LeaveOut(path, "it can not be opened");
            return;
        }

        if (facts.Links > 1 && !_hardLinks.AreAllInside(facts))
        {
            LeaveOut(path, "it is a hard link to a file outside the workspace");
            return;
        }

        Count(path, (long)met.Size);
        using var to = Posix.Open(target, entry.Name, Posix.ReadWrite | Posix.Create | Posix.Exclusive | Posix.NoFollow, NewFileMode);
        Throw.IfInvalid(to, path);
        var (size, digest) = FileContent.Copy(from, to, cancellationToken);
        Posix.SetMode(to, facts.Mode & 0b111_111_111);
        Posix.SetModified(to, facts);
        Bytes += size;
        Note(isGit, new TreeEntry(path, null, facts.Mode & 0b111_111_111, size, digest, isByproduct));
    }

    void Count(string path, long size)
    {
        if (++_files > bounds.MaxFiles)
        {
            throw new CopyRefusedException($"the workspace has more than {bounds.MaxFiles} files (at {path}). Raise working_copy.max_files in limits.yaml, or give the run a smaller workspace.");
        }

        if (Bytes + size > bounds.MaxBytes)
        {
            throw new CopyRefusedException($"the workspace has more than {bounds.MaxBytes} bytes (at {path}). Raise working_copy.max_bytes in limits.yaml, or give the run a smaller workspace.");
        }
    }

    // Git's own data is part of the copy and never of a difference.
    void Note(bool isGit, TreeEntry entry)
    {
        if (!isGit)
        {
            _entries.Add(entry);
        }
    }

    void LeaveOut(string path, string reason)
    {
        if (_leftOut.Count < MostNamed)
        {
            _leftOut.Add($"{path}: {reason}");
        }
        else
        {
            _notNamed++;
        }
    }
}

/// <summary>How large a copy may become.</summary>
/// <param name="Apart">The state directory, wherever it lies.</param>
sealed record CopyBounds(long MaxBytes, long MaxFiles, (uint Major, uint Minor, ulong Inode)? Apart);

/// <summary>No copy is made, and the run can not go on.</summary>
sealed class CopyRefusedException(string message) : Exception(message);

static class Throw
{
    public static void IfInvalid(SafeFileHandle handle, string path)
    {
        if (handle.IsInvalid)
        {
            throw new IOException($"{path} can not be made: {Posix.LastError()}");
        }
    }
}
