using Agent.Llm.Offline.Goals;

namespace Agent.Llm.Offline.Skills;

/// <summary>Searches for a literal text.</summary>
static class SearchSkill
{
    public static string? Run(StepTalk step, OfflineTask.Search search)
    {
        var found = Ask(step, search.Text, search.In, max: 50);
        if (step.IsWaiting)
        {
            return null;
        }

        if (found.Error is not null || found.Json is null)
        {
            return $"Not done: {found.Error ?? "the tool's answer could not be read"} {found.Cite}";
        }

        var matches = found.Items("matches");
        var total = found.Number("total");
        if (total == 0)
        {
            return $"`{search.Text}` was not found {found.Cite}.";
        }

        var atLeast = found.Flag("truncated") && total <= matches.Count ? "at least " : "";
        var shown = matches.Count < total || atLeast.Length > 0 ? $"; the first {matches.Count}" : "";
        var lines = matches.Select(match => $"- `{FileStatistics.TextOf(match, "path")}:{FileStatistics.NumberOf(match, "line")}`: {Shorten(FileStatistics.TextOf(match, "text"))}");
        return $"`{search.Text}` stands in {atLeast}{FileStatistics.Plural(total, "line")} of {FileStatistics.Plural(found.Number("files_with_matches"), "file")} {found.Cite}{shown}:\n\n{string.Join('\n', lines)}";
    }

    /// <param name="where">A glob, a file or a directory; null = the workspace.</param>
    public static ToolReply Ask(StepTalk step, string text, string? where, int max) =>
        where is null ? step.Ask("search_text", ("pattern", text), ("max", max))
        : where.AsSpan().IndexOfAny("*?") >= 0 ? step.Ask("search_text", ("pattern", text), ("glob", where), ("max", max))
        : step.Ask("search_text", ("pattern", text), ("path", where), ("max", max));

    static string Shorten(string line)
    {
        var text = line.Trim().Replace('`', '\'');
        return $"`{(text.Length > 160 ? text[..160] + "…" : text)}`";
    }
}
