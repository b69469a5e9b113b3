using Agent.Contracts;
using Agent.Executor.Service.Tools;
using Agent.Executor.Service.Workspaces;
using Agent.Guardrails;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.ServiceDefaults;

namespace Agent.Executor.Service.WorkingCopies;

/// <summary>Makes a run's working copy, wholly or not at all: beside its place, then renamed into it. What an earlier try left is taken away first.</summary>
sealed class CopyMaking(CopyPlaces places, RunJournal journal, CurrentBundle bundle)
{
    const string Unfinished = ".unfinished";

    /// <returns><see cref="WorkingCopyMade"/> or <see cref="WorkingCopyFailed"/>.</returns>
    public async Task<IRunEvent> MakeAsync(RunState run, CancellationToken cancellationToken)
    {
        try
        {
            var forked = run.WorkingCopy!.Forked is { } source ? await SourceAsync(run, source, cancellationToken) : null;
            return await Task.Run(() => Make(run, forked, cancellationToken), cancellationToken);
        }
        catch (Exception failure) when (failure is CopyRefusedException or ToolFailedException or IOException or UnauthorizedAccessException)
        {
            Discard(run.RunId);
            return new WorkingCopyFailed(failure.Message);
        }
    }

    /// <summary>Takes away all there is of a run's copy.</summary>
    public void Discard(Guid runId)
    {
        if (Directory.Exists(places.Of(runId)))
        {
            MakeWritable(places.Of(runId));
            Directory.Delete(places.Of(runId), recursive: true);
        }
    }

    /// <summary>What another run did in its copy is gone on from there; where it was promoted, the workspace has it.</summary>
    async Task<WorkingCopyMade?> SourceAsync(RunState run, WorkingCopyMade source, CancellationToken cancellationToken)
    {
        if (run.ForkedFrom is { } fork && await journal.LoadAsync(fork.FromRun, cancellationToken) is { WorkingCopy.IsPromoted: true })
        {
            return null;
        }

        return Directory.Exists(source.Directory) ? source
            : throw new CopyRefusedException($"the run was forked from {run.ForkedFrom?.FromRun}, whose working copy {source.Directory} is gone and was not promoted. Submit the goal anew, or fork from a checkpoint before its steps.");
    }

    WorkingCopyMade Make(RunState run, WorkingCopyMade? forked, CancellationToken cancellationToken)
    {
        var limits = bundle.Value?.Limits ?? PolicyLimits.Default;
        var from = Workspace.Open(forked?.Directory ?? run.Workspace);
        var apart = Posix.Stat(null, System.Text.Encoding.UTF8.GetBytes(places.StateDirectory))?.Identity;
        var copy = new TreeCopy(from, new CopyBounds((long)limits["working_copy.max_bytes"], (long)limits["working_copy.max_files"], forked is null ? apart : null), cancellationToken);
        Discard(run.RunId);
        places.Make(run.RunId);
        var tree = places.TreeOf(run.RunId);
        Directory.CreateDirectory(tree + Unfinished);
        using (var target = Posix.Open(null, System.Text.Encoding.UTF8.GetBytes(tree + Unfinished), Posix.ReadOnly | Posix.DirectoryOnly))
        {
            Throw.IfInvalid(target, tree);
            copy.To(target);
        }

        CrashPoint.Reach("copy.copied");
        var list = forked is null ? TreeLists.Write(copy.Entries) : BaseOf(forked);
        File.WriteAllBytes(places.BaseOf(run.RunId), list);
        Directory.Move(tree + Unfinished, tree);
        CrashPoint.Reach("copy.made");
        return new WorkingCopyMade(tree, FileContent.Of(list), copy.Files, copy.Bytes, copy.LeftOut, forked is null ? GitHead.Of(tree) : forked.Commit);
    }

    /// <summary>The list of what was copied, if it is still the one that the journal knows.</summary>
    /// <exception cref="CopyRefusedException">It is gone or another.</exception>
    public static byte[] BaseOf(WorkingCopyMade made)
    {
        var file = CopyPlaces.BaseBeside(made.Directory);
        return File.Exists(file) && File.ReadAllBytes(file) is var list && FileContent.Of(list) == made.BaseDigest
            ? list
            : throw new CopyRefusedException($"{file} is gone or was changed: what the run changed can not be told any more.");
    }

    // A run may have taken the right to write from directories of its copy.
    static void MakeWritable(string directory)
    {
        var info = new DirectoryInfo(directory);
        if (OperatingSystem.IsWindows() || info.LinkTarget is not null)
        {
            return;
        }

        File.SetUnixFileMode(directory, info.UnixFileMode | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var below in Directory.EnumerateDirectories(directory))
        {
            MakeWritable(below);
        }
    }
}
