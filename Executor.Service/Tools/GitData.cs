using Agent.Executor.Service.Workspaces;

namespace Agent.Executor.Service.Tools;

/// <summary>A repository's own data: hooks and settings written there run as the person who next uses git.</summary>
static class GitData
{
    public static void RefuseWrite(WorkspacePath path)
    {
        if (path.Parts.Any(part => part.AsSpan().SequenceEqual(".git"u8)))
        {
            throw new ToolRefusedException("git-data", $"{path.Relative} is git's own data; the git tool changes it.");
        }
    }
}
