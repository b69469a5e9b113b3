using Agent.Contracts;
using Agent.Executor.Service.Tools;
using Agent.Executor.Service.Workspaces;
using Agent.ServiceDefaults;
using Microsoft.Win32.SafeHandles;

namespace Agent.Executor.Service.WorkingCopies;

/// <summary>Writes a difference to the workspace. All new content is laid ready beside it first, on the workspace's own file system; then each file is put in its place by one rename, so none is ever half written.
/// What the workspace has already is done: begun again after a crash, it goes on where it was. What is neither as it was copied nor as it is to be was changed by somebody else, and nothing more is written.</summary>
sealed class Promotion(Workspace tree, Workspace workspace, IReadOnlyList<TreeChange> changes, string digest, CancellationToken cancellationToken)
{
    const string StageName = ".agent-promotion-";

    readonly byte[] _stage = System.Text.Encoding.ASCII.GetBytes(StageName + digest[..12]);

    /// <summary>A directory of ours that a crash may leave; the next try takes it away.</summary>
    public static bool IsStage(ReadOnlySpan<byte> name) => name.StartsWith(System.Text.Encoding.ASCII.GetBytes(StageName));

    /// <summary>What keeps the difference from being written, named file by file; empty if nothing does.</summary>
    public IReadOnlyList<string> Conflicts() => [.. changes.Select(change => Stand(change).Conflict).OfType<string>()];

    public PromotionEnded Write()
    {
        using var root = workspace.OpenRoot();
        try
        {
            Clear(root);
            var open = changes.Select((change, place) => (change, place)).Where(one => !Stand(one.change).IsDone).ToList();
            if (Conflicts() is { Count: > 0 } conflicts)
            {
                return End(PromotionOutcome.Conflict, conflicts);
            }

            if (!Posix.MakeDirectory(root, _stage, 0b111_000_000))
            {
                return End(PromotionOutcome.Failed, [$"{workspace.Root}: {Posix.LastError()}"]);
            }

            using var stage = Posix.Open(root, _stage, Posix.ReadOnly | Posix.DirectoryOnly | Posix.NoFollow);
            Throw.IfInvalid(stage, workspace.Root);
            foreach (var (change, place) in open.Where(one => one.change.New is not null))
            {
                Stage(stage, Name(place), change.New!);
            }

            CrashPoint.Reach("promotion.staged");
            return Apply(open, stage) is { } refused ? End(PromotionOutcome.Conflict, [refused]) : End(PromotionOutcome.Promoted, []);
        }
        catch (Exception failure) when (failure is IOException or ToolFailedException or UnauthorizedAccessException)
        {
            return End(PromotionOutcome.Failed, [failure.Message.TrimEnd('.')]);
        }
        finally
        {
            Clear(root);
        }
    }

    /// <returns>What was changed by somebody else at the last moment; null if all was written.</returns>
    string? Apply(List<(TreeChange Change, int Place)> open, SafeFileHandle stage)
    {
        // What goes, goes first: a file may have made room for a directory of its name, and the other way round.
        foreach (var (change, place) in open.OrderBy(one => one.Change.New is not null))
        {
            if (Stand(change).Conflict is { } conflict)
            {
                return conflict;
            }

            if (change.New is null)
            {
                Remove(change.Path);
            }
            else
            {
                using var parent = workspace.OpenParent(TreeSnapshot.PlaceOf(workspace, change.Path), create: true);
                if (!Posix.Rename(stage, Name(place), parent, TreeSnapshot.PlaceOf(workspace, change.Path).Parts[^1]))
                {
                    throw new IOException($"{change.Path} can not be written: {Posix.LastError()}");
                }
            }

            CrashPoint.Reach("promotion.written");
        }

        return null;
    }

    void Remove(string path)
    {
        var place = TreeSnapshot.PlaceOf(workspace, path);
        using (var parent = workspace.OpenParent(place))
        {
            if (!Posix.Unlink(parent, place.Parts[^1]))
            {
                throw new IOException($"{path} can not be removed: {Posix.LastError()}");
            }
        }

        // Directories that the run left none of: gone with their last file.
        for (var depth = place.Parts.Count - 1; depth > 0; depth--)
        {
            var above = new WorkspacePath(workspace.Root, [.. place.Parts.Take(depth)]);
            using var parent = workspace.OpenParent(above);
            if (IsDirectoryInTree(above) || !Posix.RemoveDirectory(parent, above.Parts[^1]))
            {
                break;
            }
        }
    }

    bool IsDirectoryInTree(WorkspacePath directory)
    {
        try
        {
            using var found = tree.OpenDirectory(new WorkspacePath(tree.Root, directory.Parts));
            return true;
        }
        catch (ToolFailedException)
        {
            return false;
        }
    }

    void Stage(SafeFileHandle stage, byte[] name, TreeEntry wanted)
    {
        if (wanted.Target is { } target)
        {
            if (!Posix.MakeLink(stage, name, PathName.Bytes(target)))
            {
                throw new IOException($"{wanted.Path} can not be made: {Posix.LastError()}");
            }

            return;
        }

        using var from = tree.OpenFile(TreeSnapshot.PlaceOf(tree, wanted.Path), out _);
        using var to = Posix.Open(stage, name, Posix.ReadWrite | Posix.Create | Posix.Exclusive | Posix.NoFollow, 0b110_000_000);
        Throw.IfInvalid(to, wanted.Path);
        if (FileContent.Copy(from, to, cancellationToken).Digest != wanted.Digest)
        {
            throw new IOException($"{wanted.Path} was changed in the working copy after it was looked at");
        }

        Posix.SetMode(to, wanted.Mode);
        RandomAccess.FlushToDisk(to);
    }

    (bool IsDone, string? Conflict) Stand(TreeChange change)
    {
        try
        {
            var now = TreeSnapshot.At(workspace, change.Path, cancellationToken);
            return IsSame(now, change.New) ? (true, null)
                : IsSame(now, change.Old) ? (false, null)
                : (false, $"{change.Path} {(now is null ? "was removed" : change.Old is null ? "was made" : "was changed")} in the workspace meanwhile");
        }
        catch (ToolFailedException) when (MakesRoom(change))
        {
            return (false, null);
        }
        catch (ToolFailedException failure)
        {
            return (false, $"{change.Path}: {failure.Message.TrimEnd('.')}");
        }
    }

    // A file where a directory was, or the other way round: what stands there now goes as part of the same difference.
    bool MakesRoom(TreeChange change) => change is { Old: null, New: not null } && changes.Any(other => other.New is null
        && (other.Path.StartsWith(change.Path + "/", StringComparison.Ordinal) || change.Path.StartsWith(other.Path + "/", StringComparison.Ordinal)));

    static bool IsSame(TreeEntry? now, TreeEntry? wanted) => now is null ? wanted is null : wanted is not null && now.IsAs(wanted);

    PromotionEnded End(PromotionOutcome outcome, IReadOnlyList<string> refused)
    {
        const int MostNamed = 50;
        var written = outcome == PromotionOutcome.Promoted ? changes.Count : changes.Count(change => Stand(change).IsDone);
        return new PromotionEnded(digest, outcome, written, refused.Count <= MostNamed ? refused : [.. refused.Take(MostNamed), $"and {refused.Count - MostNamed} more"]);
    }

    void Clear(SafeFileHandle root)
    {
        using var stage = Posix.Open(root, _stage, Posix.ReadOnly | Posix.DirectoryOnly | Posix.NoFollow);
        if (!stage.IsInvalid)
        {
            foreach (var left in Posix.ReadDirectory(stage) ?? [])
            {
                Posix.Unlink(stage, left.Name);
            }

            Posix.RemoveDirectory(root, _stage);
        }
    }

    static byte[] Name(int place) => System.Text.Encoding.ASCII.GetBytes(place.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
