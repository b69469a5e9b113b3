using System.Text;
using Agent.Executor.Service.Workspaces;
using Microsoft.Win32.SafeHandles;

namespace Agent.Executor.Service.Sandbox;

/// <summary>A private directory for one command. Removed by raw names: a command may leave some that are no text.</summary>
sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("agent-call-").FullName;

    public void Dispose()
    {
        using (var directory = Posix.Open(null, Encoding.UTF8.GetBytes(Path), Posix.ReadOnly | Posix.DirectoryOnly | Posix.NoFollow))
        {
            if (!directory.IsInvalid)
            {
                Empty(directory, depth: 0);
            }
        }

        try
        {
            Directory.Delete(Path);
        }
        catch (IOException)
        {
            // Something of it is held or not ours to remove; the system clears its temporary directory.
            return;
        }
    }

    static void Empty(SafeFileHandle directory, int depth)
    {
        foreach (var entry in Posix.ReadDirectory(directory) ?? [])
        {
            if (Posix.Unlink(directory, entry.Name) || depth > TreeWalk.MaxDepth)
            {
                continue;
            }

            using (var child = Posix.Open(directory, entry.Name, Posix.ReadOnly | Posix.DirectoryOnly | Posix.NoFollow))
            {
                if (!child.IsInvalid)
                {
                    Empty(child, depth + 1);
                }
            }

            Posix.RemoveDirectory(directory, entry.Name);
        }
    }
}
