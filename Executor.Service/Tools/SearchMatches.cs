using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Workspaces;
using Microsoft.Win32.SafeHandles;

namespace Agent.Executor.Service.Tools;

/// <summary>What a search has found so far.</summary>
/// <param name="refusal">Why a file, by its path in the workspace, may not be read; null if it may.</param>
sealed class SearchMatches(LineMatcher matcher, int max, Func<string, string?> refusal)
{
    const long MaxFileBytes = 64 * 1024 * 1024;
    const int MaxLineBytes = 300;

    readonly List<Match> _matches = [];
    long _total;
    long _files;

    public bool Search(WalkedFile walked, TreeWalk walk, HardLinks hardLinks)
    {
        if (walked.Facts.Links > 1 && !hardLinks.AreAllInside(walked.Facts))
        {
            walk.Skip(walked.Path, "hard link to a file outside the workspace: not read");
            return true;
        }

        using var file = walked.Open();
        if (file is null)
        {
            walk.Skip(walked.Path, "file can not be read: permission denied, or it went away");
            return true;
        }

        Search(file, walked.Path, walked.Size, walk);
        return true;
    }

    public void Search(SafeFileHandle file, string path, long size, TreeWalk walk)
    {
        if (FileText.ReadWhole(file, size, MaxFileBytes) is not { } content)
        {
            walk.Skip(path, size > MaxFileBytes ? $"larger than {MaxFileBytes / (1024 * 1024)} MiB: not searched" : "file can not be read");
            return;
        }

        if (FileText.IsBinary(content))
        {
            return;
        }

        var (found, shown) = (0L, new List<Match>());
        matcher.Match(content, (line, text) =>
        {
            found++;
            if (_matches.Count + shown.Count < max)
            {
                var cut = text.Length > MaxLineBytes ? FileText.Display(text[..MaxLineBytes]) + "…" : FileText.Display(text);
                shown.Add(new Match(path, line, cut.TrimEnd('\r')));
            }
        });

        // Asked only where there is something to tell: judging each of many thousand files takes longer than reading it.
        if (found > 0 && refusal(path) is { } reason)
        {
            walk.Skip(path, reason);
        }
        else if (found > 0)
        {
            _total += found;
            _files++;
            _matches.AddRange(shown);
        }
    }

    public ToolResult ToResult(IReadOnlyList<SkippedPath> skipped, bool complete)
    {
        var text = ToJson(_matches, skipped, complete);
        var (shown, matches, shownSkipped) = (text, _matches, skipped);
        while (OutputBound.IsTooLong(shown) && (matches.Count > 1 || shownSkipped.Count > 1))
        {
            // Fewer matches rather than broken JSON.
            matches = [.. matches.Take((matches.Count + 1) / 2)];
            shownSkipped = [.. shownSkipped.Take((shownSkipped.Count + 1) / 2)];
            shown = ToJson(matches, shownSkipped, complete);
        }

        return new ToolResult(text, Shown: shown);
    }

    string ToJson(IReadOnlyList<Match> matches, IReadOnlyList<SkippedPath> skipped, bool complete) =>
        JsonSerializer.Serialize(
            new { Matches = matches, FilesWithMatches = _files, Total = _total, Truncated = !complete || matches.Count < _total, Skipped = skipped.Count == 0 ? null : skipped },
            ContractJson.Options);

    sealed record Match(string Path, int Line, string Text);
}
