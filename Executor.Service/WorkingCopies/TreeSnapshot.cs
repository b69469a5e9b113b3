using Agent.Executor.Service.Workspaces;
using Microsoft.Win32.SafeHandles;

namespace Agent.Executor.Service.WorkingCopies;

/// <summary>Looks at a tree: all of it, or one place.</summary>
static class TreeSnapshot
{
    /// <summary>Files and links by path, without git's own data.</summary>
    public static Dictionary<string, TreeEntry> Of(Workspace tree, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, TreeEntry>(StringComparer.Ordinal);
        using var root = tree.OpenRoot();
        Visit(root, "", 0, isByproduct: false, new HardLinks(tree), found, cancellationToken);
        return found;
    }

    /// <summary>What is at a path, no link followed on the way; null if nothing is.</summary>
    /// <exception cref="Tools.ToolFailedException">Something is, but neither file nor link, or its directory is none.</exception>
    public static TreeEntry? At(Workspace tree, string path, CancellationToken cancellationToken)
    {
        var place = PlaceOf(tree, path);
        SafeFileHandle parent;
        try
        {
            parent = tree.OpenParent(place);
        }
        catch (Tools.ToolFailedException) when (!Exists(tree, place))
        {
            return null;
        }

        using (parent)
        {
            return Posix.Stat(parent, place.Parts[^1]) is not { } facts ? null
                : Look(parent, place.Parts[^1], path, facts, isByproduct: false, cancellationToken)
                ?? throw new Tools.ToolFailedException(facts.IsDirectory ? $"{path} is a directory" : $"{path} is neither file nor link");
        }
    }

    public static WorkspacePath PlaceOf(Workspace tree, string path) => new(tree.Root, [.. path.Split('/').Select(PathName.Bytes)]);

    // Whether some directory on the way is missing, rather than another thing.
    static bool Exists(Workspace tree, WorkspacePath place)
    {
        for (var depth = 1; depth < place.Parts.Count; depth++)
        {
            var above = new WorkspacePath(tree.Root, [.. place.Parts.Take(depth)]);
            using var parent = tree.OpenParent(above);
            if (Posix.Stat(parent, above.Parts[^1]) is not { } facts)
            {
                return false;
            }

            if (!facts.IsDirectory)
            {
                return true;
            }
        }

        return true;
    }

    // What can not be looked at must not be taken for gone.
    static void Visit(SafeFileHandle directory, string prefix, int depth, bool isByproduct, HardLinks hardLinks, Dictionary<string, TreeEntry> found, CancellationToken cancellationToken)
    {
        var entries = Posix.ReadDirectory(directory) ?? throw new CopyRefusedException($"{prefix} can not be read there: {Posix.LastError()}.");
        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = prefix + PathName.Display(entry.Name);
            if (entry.Name.AsSpan().SequenceEqual(".git"u8) || Posix.Stat(directory, entry.Name) is not { } facts)
            {
                continue;
            }

            if (facts.IsDirectory)
            {
                using var child = Posix.Open(directory, entry.Name, Posix.ReadOnly | Posix.DirectoryOnly | Posix.NoFollow);
                if (child.IsInvalid || depth >= TreeWalk.MaxDepth)
                {
                    throw new CopyRefusedException($"{path}/ can not be opened there, or lies too deep.");
                }

                Visit(child, path + "/", depth + 1, isByproduct || SkippedDirectories.ReasonFor(entry.Name, entries) is not null, hardLinks, found, cancellationToken);
            }
            else if (facts is { IsRegular: true, Links: > 1 } && !hardLinks.AreAllInside(facts))
            {
                throw new CopyRefusedException($"{path} is a hard link there to a file outside of it.");
            }
            else if (Look(directory, entry.Name, path, facts, isByproduct, cancellationToken) is { } looked)
            {
                found[path] = looked;
            }
            else if (facts.IsRegular)
            {
                throw new CopyRefusedException($"{path} can not be read there.");
            }
        }
    }

    static TreeEntry? Look(SafeFileHandle directory, byte[] name, string path, FileFacts facts, bool isByproduct, CancellationToken cancellationToken)
    {
        if (facts.IsLink && Posix.ReadLink(directory, name) is { } points)
        {
            return new TreeEntry(path, PathName.Display(points), 0, points.Length, FileContent.Of(points), isByproduct);
        }

        using var file = facts.IsRegular ? Posix.Open(directory, name, Posix.ReadOnly | Posix.NoFollow | Posix.NonBlocking) : null;
        if (file is not { IsInvalid: false })
        {
            return null;
        }

        var (size, digest) = FileContent.Of(file, cancellationToken);
        return new TreeEntry(path, null, facts.Mode & 0b111_111_111, size, digest, isByproduct);
    }
}
