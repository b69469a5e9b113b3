using System.Runtime.InteropServices;
using Agent.Executor.Service.Tools;

namespace Agent.Executor.Service.Workspaces;

/// <summary>Writes a file so that it is wholly old or wholly new: beside it, then renamed over it. A link or hard link of that name is replaced, never written through.</summary>
static class AtomicFile
{
    const int NewFileMode = 0b110_110_100;

    /// <param name="key">Names the temporary file, so that a repeat after a crash clears up what the first left.</param>
    public static bool Write(Workspace workspace, WorkspacePath path, ReadOnlySpan<byte> content, string key)
    {
        using var parent = workspace.OpenParent(path, create: true);
        var existing = Posix.Stat(parent, path.Parts[^1]);
        if (existing is { IsDirectory: true })
        {
            throw new ToolFailedException($"{path.Relative} is a directory.");
        }

        var temporary = System.Text.Encoding.ASCII.GetBytes($".agent-{key[..Math.Min(16, key.Length)]}.tmp");
        Posix.Unlink(parent, temporary);
        using (var file = Posix.Open(parent, temporary, Posix.WriteOnly | Posix.Create | Posix.Exclusive | Posix.NoFollow, NewFileMode))
        {
            if (file.IsInvalid)
            {
                throw new ToolFailedException($"{path.Relative} can not be written: {Posix.LastError()}.");
            }

            try
            {
                RandomAccess.Write(file, content, 0);
                RandomAccess.FlushToDisk(file);
            }
            catch (IOException exception)
            {
                Posix.Unlink(parent, temporary);
                throw new ToolFailedException($"{path.Relative} can not be written: {exception.Message}");
            }

            if (existing is { IsRegular: true } old)
            {
                Posix.SetMode(file, old.Mode & 0b111_111_111);
            }
        }

        if (!Posix.Rename(parent, temporary, path.Parts[^1]))
        {
            var error = Marshal.GetLastPInvokeError();
            Posix.Unlink(parent, temporary);
            throw Workspace.Refusal(path, error);
        }

        return existing is null;
    }
}
