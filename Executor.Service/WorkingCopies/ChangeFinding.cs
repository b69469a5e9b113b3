using System.Text;
using Agent.Contracts;
using Agent.Executor.Service.Tools;
using Agent.Executor.Service.Workspaces;
using Agent.Guardrails.Secrets;
using Agent.Journal;
using Agent.Journal.Runs;

namespace Agent.Executor.Service.WorkingCopies;

/// <summary>Finds what a run changed in its copy. Whole lists and the diff become artefacts; the journal has their digests and the first files.</summary>
sealed class ChangeFinding(Artefacts artefacts, IgnoredFiles ignored)
{
    const int MostChanges = 20_000;
    const int MostListed = 200;
    const int MostLeftBehind = 20;

    static readonly HashSet<string> FileTools = new(StringComparer.Ordinal) { "write_file", "edit_file" };

    /// <returns><see cref="ChangesFound"/>, or <see cref="WorkingCopyFailed"/> where that can not be told.</returns>
    public async Task<IRunEvent> FindAsync(RunState run, CancellationToken cancellationToken)
    {
        try
        {
            var made = run.WorkingCopy!.Made!;
            var tree = Workspace.Open(made.Directory);
            var all = await Task.Run(() => Changes(TreeLists.Read(CopyMaking.BaseOf(made)), TreeSnapshot.Of(tree, cancellationToken)), cancellationToken);
            var noPart = await ignored.OfAsync(tree, run.RunId, all, cancellationToken);
            var wanted = WrittenByName(run);
            var (changes, behind) = (new List<TreeChange>(), new List<string>());
            foreach (var change in all)
            {
                if (noPart.Contains(change.Path) && !wanted.Contains(change.Path))
                {
                    behind.Add(change.Path);
                }
                else
                {
                    changes.Add(change);
                }
            }

            if (changes.Count > MostChanges)
            {
                return new WorkingCopyFailed($"the run changed {changes.Count} files; at most {MostChanges} can be shown and promoted.");
            }

            return await TellAsync(run, tree, changes, behind, cancellationToken);
        }
        catch (Exception failure) when (failure is CopyRefusedException or ToolFailedException or IOException or UnauthorizedAccessException)
        {
            return new WorkingCopyFailed(failure.Message);
        }
    }

    /// <summary>The difference a digest stands for.</summary>
    public async Task<IReadOnlyList<TreeChange>> LoadAsync(string digest, CancellationToken cancellationToken) =>
        TreeLists.ReadChanges(await artefacts.GetAsync(digest, cancellationToken) ?? throw new JournalFormatException($"Artefact {digest}, a run's difference, is not in the store."));

    /// <summary>Files of the difference that are not in the copy as they were when it was looked at.</summary>
    public static IReadOnlyList<string> Drift(Workspace tree, IReadOnlyList<TreeChange> changes, CancellationToken cancellationToken) =>
        [.. changes.Where(change => Now(tree, change.Path, cancellationToken) is var now && (now is null ? change.New is not null : change.New is null || !now.IsAs(change.New))).Select(change => change.Path)];

    static TreeEntry? Now(Workspace tree, string path, CancellationToken cancellationToken)
    {
        try
        {
            return TreeSnapshot.At(tree, path, cancellationToken);
        }
        catch (ToolFailedException)
        {
            // Another kind of thing, where a removed file was: the file is still gone.
            return null;
        }
    }

    async Task<ChangesFound> TellAsync(RunState run, Workspace tree, List<TreeChange> changes, List<string> behind, CancellationToken cancellationToken)
    {
        var diff = new ChangeDiff(tree, Workspace.Open(run.Workspace), cancellationToken);
        var files = await Task.Run(() => changes.ConvertAll(diff.Add), cancellationToken);
        var digest = await artefacts.PutAsync(run.RunId, TreeLists.Write(changes), cancellationToken);
        var text = await artefacts.PutAsync(run.RunId, Encoding.UTF8.GetBytes(SecretText.Redact(diff.Text)), cancellationToken);
        var (made, head) = (run.WorkingCopy!.Made!, GitHead.Of(tree.Root));
        return new ChangesFound(
            digest, files.Count(file => file.Change == FileChangeKind.Added), files.Count(file => file.Change == FileChangeKind.Changed), files.Count(file => file.Change == FileChangeKind.Removed),
            [.. files.Take(MostListed)], text, behind.Count <= MostLeftBehind ? behind : [.. behind.Take(MostLeftBehind), $"and {behind.Count - MostLeftBehind} more"], head == made.Commit ? null : head);
    }

    static List<TreeChange> Changes(Dictionary<string, TreeEntry> old, Dictionary<string, TreeEntry> now)
    {
        var changes = new List<TreeChange>();
        foreach (var (path, entry) in now)
        {
            if (!old.TryGetValue(path, out var before) || !before.IsAs(entry))
            {
                changes.Add(new TreeChange(path, before, entry));
            }
        }

        changes.AddRange(old.Values.Where(entry => !now.ContainsKey(entry.Path)).Select(entry => new TreeChange(entry.Path, entry, null)));
        changes.Sort(static (left, right) => string.CompareOrdinal(left.Path, right.Path));
        return changes;
    }

    // What a file tool was told to write is wanted, whatever git ignores.
    static HashSet<string> WrittenByName(RunState run) =>
        [.. run.Calls.Values.Where(call => call is { Finished.Outcome: ToolCallOutcome.Ok } && FileTools.Contains(call.Decided.Tool) && call.Arguments.TryGetProperty("path", out _))
            .Select(call => call.Arguments.GetProperty("path").GetString()!)];
}
