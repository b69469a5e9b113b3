using System.Globalization;
using System.Text;
using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Planner.Service.Runs;

/// <summary>The part of a report that says what a run with a working copy changed, and whether the workspace has it. Pure.</summary>
static class ChangesReport
{
    const int Shown = 100;

    public static void Write(StringBuilder report, RunState state)
    {
        if (state.WorkingCopy is not { Made: { } made } copy)
        {
            return;
        }

        report.Append("\n## Files changed\n\n");
        if (copy.Changes is not { } changes)
        {
            report.Append(CultureInfo.InvariantCulture, $"The run worked in a copy of the workspace, {made.Directory}; nothing of it was promoted.\n");
            return;
        }

        if (!copy.HasChanges)
        {
            report.Append("None.\n");
        }
        else
        {
            report.Append(CultureInfo.InvariantCulture, $"{Fate(copy)} {changes.Added} added, {changes.Changed} changed, {changes.Removed} removed (difference {Short(changes.Digest)}).\n\n");
            foreach (var file in changes.Files.Take(Shown))
            {
                report.Append(CultureInfo.InvariantCulture, $"- {file.Change.ToString().ToLowerInvariant()} `{file.Path}`{Lines(file)}\n");
            }

            if (changes.Added + changes.Changed + changes.Removed - Math.Min(changes.Files.Count, Shown) is > 0 and var more)
            {
                report.Append(CultureInfo.InvariantCulture, $"- and {more} more; `agent runs changes` has them\n");
            }
        }

        foreach (var check in copy.Checks)
        {
            report.Append(CultureInfo.InvariantCulture, $"- check `{string.Join(' ', check.Argv)}`: {(check.Passed ? "passed" : "did not pass")}{(check.ExitCode is { } code ? $", exit code {code}" : "")}\n");
        }

        if (changes.LeftBehind.Count > 0)
        {
            report.Append(CultureInfo.InvariantCulture, $"- not promoted, because git ignores them: {string.Join(", ", changes.LeftBehind)}\n");
        }

        if (changes.Commit is { } commit)
        {
            report.Append(CultureInfo.InvariantCulture, $"- commits up to {Short(commit)} were made in the working copy and stay there; files were promoted, not commits\n");
        }
    }

    static string Fate(WorkingCopy copy) =>
        copy.IsPromoted ? $"Promoted to the workspace{(copy.Answer is { } answer ? $", approved by {answer.Principal}" : "")}."
        : copy.Ended is { Written: > 0 } ended ? $"**Promoted in part: {ended.Written} files were written.** The rest is in {copy.Made!.Directory}."
        : $"**Not promoted.** They are in {copy.Made!.Directory}.";

    static string Short(string digest) => digest.Length > 12 ? digest[..12] : digest;

    static string Lines(FileChange file) =>
        file.IsBinary ? $", binary, {file.Size} bytes" : $"{(file.LinesAdded + file.LinesRemoved > 0 ? $", +{file.LinesAdded} −{file.LinesRemoved}" : "")}{(file.Note is { } note ? $", {note}" : "")}";
}
