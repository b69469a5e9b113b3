using Agent.Executor.Service.Tools;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Agent.Executor.Service.Workspaces;

/// <summary>The directory a run may act in, its own links resolved. Paths are resolved once for the decision; opening walks from the root's descriptor and
/// follows no link, so what was exchanged in between is refused rather than followed.</summary>
sealed class Workspace
{
    const int MaxLinks = 40;

    readonly byte[][] _rootParts;

    Workspace(byte[][] rootParts)
    {
        _rootParts = rootParts;
        Root = "/" + string.Join('/', rootParts.Select(part => PathName.Display(part)));
    }

    /// <summary>Absolute, links resolved.</summary>
    public string Root { get; }

    /// <exception cref="ToolFailedException">It is not there, or not a directory.</exception>
    public static Workspace Open(string directory)
    {
        var parts = Follow([], Split(PathName.Bytes(directory)))
            ?? throw new ToolFailedException($"The workspace {directory} is a loop of symbolic links.");
        var workspace = new Workspace([.. parts]);
        using var root = workspace.OpenRoot();
        return workspace;
    }

    /// <summary>A directory by its name alone, looked at by nobody: for records.</summary>
    public static Workspace ByName(string directory) => new([.. Split(PathName.Bytes(directory))]);

    public PathResolution Resolve(string path)
    {
        if (path.Contains('\0'))
        {
            return new PathResolution.Refused("The path holds a NUL character.");
        }

        var bytes = PathName.Bytes(path);
        var start = bytes is [(byte)'/', ..] ? [] : _rootParts;
        if (Follow(start, Split(bytes)) is not { } real)
        {
            return new PathResolution.Refused($"{path} is a loop of symbolic links.");
        }

        var inside = real.Count >= _rootParts.Length && _rootParts.Zip(real).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
        return inside
            ? new PathResolution.Inside(new WorkspacePath(Root, real[_rootParts.Length..]))
            : new PathResolution.Refused($"{path} leads out of the workspace.");
    }

    public SafeFileHandle OpenRoot()
    {
        var root = Posix.Open(null, Join(_rootParts), Posix.ReadOnly | Posix.DirectoryOnly);
        return root.IsInvalid ? throw new ToolFailedException($"The workspace {Root} can not be opened: {Posix.LastError()}.") : root;
    }

    /// <summary>Opens a directory of the workspace, following no link on the way.</summary>
    /// <param name="create">Make what is missing.</param>
    public SafeFileHandle OpenDirectory(WorkspacePath path, bool create = false) => OpenDirectory(path, path.Parts, create);

    /// <summary>Opens the directory that a file is or will be in.</summary>
    public SafeFileHandle OpenParent(WorkspacePath path, bool create = false) =>
        path.Parts.Count == 0 ? throw new ToolFailedException("The workspace itself is a directory, not a file.") : OpenDirectory(path, [.. path.Parts.SkipLast(1)], create);

    SafeFileHandle OpenDirectory(WorkspacePath path, IReadOnlyList<byte[]> parts, bool create)
    {
        var current = OpenRoot();
        foreach (var part in parts)
        {
            if (create)
            {
                Posix.MakeDirectory(current, part, 0b111_111_101);
            }

            var next = Posix.Open(current, part, Posix.ReadOnly | Posix.DirectoryOnly | Posix.NoFollow);
            var error = Marshal.GetLastPInvokeError();
            current.Dispose();
            if (next.IsInvalid)
            {
                throw Refusal(path, error);
            }

            current = next;
        }

        return current;
    }

    /// <summary>Opens a regular file for reading, following no link, and looks again at what was opened.</summary>
    public SafeFileHandle OpenFile(WorkspacePath path, out FileFacts facts)
    {
        using var parent = OpenParent(path);
        var file = Posix.Open(parent, path.Parts[^1], Posix.ReadOnly | Posix.NoFollow | Posix.NonBlocking);
        if (file.IsInvalid)
        {
            throw Refusal(path, Marshal.GetLastPInvokeError());
        }

        facts = Posix.Stat(file) ?? throw new ToolFailedException($"{path.Relative} can not be looked at.");
        if (!facts.IsRegular)
        {
            file.Dispose();
            throw new ToolFailedException(facts.IsDirectory ? $"{path.Relative} is a directory; list_files shows what is in it." : $"{path.Relative} is not a regular file.");
        }

        if (facts.Links > 1 && !new HardLinks(this).AreAllInside(facts))
        {
            file.Dispose();
            throw new ToolFailedException($"{path.Relative} is a hard link to a file outside the workspace: refused. Copy it into the workspace to have it read.");
        }

        return file;
    }

    public static ToolFailedException Refusal(WorkspacePath path, int error) => new(error switch
    {
        Posix.NoEntry => $"{path.Relative} does not exist.",
        Posix.AccessDenied or Posix.NotPermitted => $"{path.Relative} can not be read: permission denied.",
        Posix.TooManyLinks or Posix.NotADirectory => $"{path.Relative} can not be opened: a part of it is not a directory, or became a symbolic link.",
        _ => $"{path.Relative} can not be opened: {Marshal.GetPInvokeErrorMessage(error)}.",
    });

    // As the kernel walks: a link's target takes the link's place, ".." leaves the real directory. Null: too many links.
    static List<byte[]>? Follow(IEnumerable<byte[]> start, IEnumerable<byte[]> names)
    {
        var real = start.ToList();
        var todo = new Stack<byte[]>(names.Reverse());
        var links = 0;
        while (todo.TryPop(out var name))
        {
            if (name is [(byte)'.'])
            {
                continue;
            }

            if (name is [(byte)'.', (byte)'.'])
            {
                if (real.Count > 0)
                {
                    real.RemoveAt(real.Count - 1);
                }

                continue;
            }

            real.Add(name);
            if (Posix.ReadLink(null, Join(real)) is not { } target)
            {
                continue;
            }

            if (++links > MaxLinks)
            {
                return null;
            }

            real.RemoveAt(real.Count - 1);
            if (target is [(byte)'/', ..])
            {
                real.Clear();
            }

            foreach (var part in Split(target).Reverse())
            {
                todo.Push(part);
            }
        }

        return real;
    }

    static byte[] Join(IReadOnlyCollection<byte[]> parts) =>
        parts.Count == 0 ? "/"u8.ToArray() : [.. parts.SelectMany(part => part.Prepend((byte)'/'))];

    static IEnumerable<byte[]> Split(byte[] path)
    {
        for (var at = 0; at < path.Length;)
        {
            var end = Array.IndexOf(path, (byte)'/', at);
            end = end < 0 ? path.Length : end;
            if (end > at)
            {
                yield return path[at..end];
            }

            at = end + 1;
        }
    }
}
