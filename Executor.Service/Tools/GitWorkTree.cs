using System.Text;
using Agent.Executor.Service.Workspaces;

namespace Agent.Executor.Service.Tools;

/// <summary>A linked work tree has a file <c>.git</c> that names its data in the main repository:
/// <code>gitdir: /home/me/project/.git/worktrees/feature</code>
/// The name is believed only if that directory names this work tree back; else any directory could be had by writing a file.</summary>
static class GitWorkTree
{
    /// <summary>The main repository's data directory; null if the workspace is no linked work tree.</summary>
    public static string? CommonDirectory(Workspace workspace)
    {
        var link = Path.Combine(workspace.Root, ".git");
        if (Read(link) is not ['g', 'i', 't', 'd', 'i', 'r', ':', ..] text)
        {
            return null;
        }

        var data = Path.GetFullPath(text["gitdir:".Length..].Trim(), workspace.Root);
        if (Read(Path.Combine(data, "gitdir"))?.Trim() != link || Read(Path.Combine(data, "commondir"))?.Trim() is not { Length: > 0 } common)
        {
            return null;
        }

        var directory = Path.GetFullPath(common, data);
        return data.StartsWith(directory + "/worktrees/", StringComparison.Ordinal) && File.Exists(Path.Combine(directory, "HEAD")) ? directory : null;
    }

    static string? Read(string path)
    {
        var info = new FileInfo(path);
        return info is { Exists: true, Length: < 4096, LinkTarget: null } ? File.ReadAllText(path, Encoding.UTF8) : null;
    }
}
