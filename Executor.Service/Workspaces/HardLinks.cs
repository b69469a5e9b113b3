using Microsoft.Win32.SafeHandles;

namespace Agent.Executor.Service.Workspaces;

/// <summary>A hard link shows a file of elsewhere under a name in the workspace. The kernel tells how many names a file has; if all are found inside, it is the workspace's own.
/// The workspace is walked once, when the first such file is met.</summary>
sealed class HardLinks(Workspace workspace)
{
    const int MaxEntries = 500_000;

    Dictionary<(uint Major, uint Minor, ulong Inode), uint>? _names;
    int _looked;

    public bool AreAllInside(FileFacts file)
    {
        if (_names is null)
        {
            _names = [];
            using var root = workspace.OpenRoot();
            Count(root, _names, depth: 0);
        }

        return _names.GetValueOrDefault(file.Identity) >= file.Links;
    }

    void Count(SafeFileHandle directory, Dictionary<(uint Major, uint Minor, ulong Inode), uint> names, int depth)
    {
        foreach (var entry in Posix.ReadDirectory(directory) ?? [])
        {
            if (++_looked > MaxEntries)
            {
                return;
            }

            if (entry.Kind == DirectoryEntry.Link || Posix.Stat(directory, entry.Name) is not { } facts)
            {
                continue;
            }

            if (facts.IsDirectory && depth < TreeWalk.MaxDepth)
            {
                using var child = Posix.Open(directory, entry.Name, Posix.ReadOnly | Posix.DirectoryOnly | Posix.NoFollow);
                if (!child.IsInvalid)
                {
                    Count(child, names, depth + 1);
                }
            }
            else if (facts is { IsRegular: true, Links: > 1 })
            {
                names[facts.Identity] = names.GetValueOrDefault(facts.Identity) + 1;
            }
        }
    }
}
