using Agent.Llm.Offline.Goals;

namespace Agent.Llm.Offline.Skills;

/// <summary>Counts files, lines and occurrences.</summary>
static class CountSkill
{
    public static string? Files(StepTalk step, OfflineTask.CountFiles count)
    {
        if (count.Pattern is null)
        {
            var statistics = FileStatistics.Ask(step);
            return step.IsWaiting ? null
                : !statistics.IsKnown ? NotDone(statistics.Reply)
                : $"There {Are(statistics.Files)} {AtLeast(statistics.IsTruncated)}{FileStatistics.Plural(statistics.Files, "file")} {statistics.Reply.Cite}.";
        }

        var matching = new FileStatistics(step.Ask("list_files", ("stats", true), ("pattern", count.Pattern)));
        return step.IsWaiting ? null
            : !matching.IsKnown ? NotDone(matching.Reply)
            : $"There {Are(matching.Files)} {AtLeast(matching.IsTruncated)}{FileStatistics.Plural(matching.Files, "file")} matching `{count.Pattern}` {matching.Reply.Cite}.";
    }

    public static string? Lines(StepTalk step, OfflineTask.CountLines count)
    {
        if (count.Path is not null)
        {
            // Every line holds the empty text.
            var matches = step.Ask("search_text", ("pattern", "^"), ("regex", true), ("path", count.Path), ("max", 1));
            return step.IsWaiting ? null
                : matches.Error is not null || matches.Json is null ? NotDone(matches)
                : $"`{count.Path}` has {FileStatistics.Plural(matches.Number("total"), "line")} {matches.Cite}.";
        }

        var statistics = FileStatistics.Ask(step);
        if (step.IsWaiting)
        {
            return null;
        }

        if (!statistics.IsKnown)
        {
            return NotDone(statistics.Reply);
        }

        var counted = statistics.ByExtension.Where(extension => count.Language is null || extension.Language.Equals(count.Language, StringComparison.OrdinalIgnoreCase)).ToList();
        var (lines, files) = (counted.Sum(extension => extension.Lines), counted.Sum(extension => extension.Files));
        var of = count.Language is null ? "text" : count.Language;
        var answer = $"There {Are(lines)} {AtLeast(statistics.IsTruncated)}{FileStatistics.Plural(lines, "line")} of {of} in {FileStatistics.Plural(files, "file")} {statistics.Reply.Cite}.";
        if (count.Language is not null || counted.Count < 2)
        {
            return answer;
        }

        var languages = counted.GroupBy(extension => extension.Language.Length > 0 ? extension.Language : extension.Extension).OrderByDescending(group => group.Sum(extension => extension.Lines)).Take(10);
        return $"{answer}\n\n{string.Join('\n', languages.Select(group => $"- {group.Key}: {FileStatistics.Plural(group.Sum(extension => extension.Lines), "line")} in {FileStatistics.Plural(group.Sum(extension => extension.Files), "file")}"))}";
    }

    public static string? Text(StepTalk step, OfflineTask.CountText count)
    {
        var found = SearchSkill.Ask(step, count.Text, count.In, max: 50);
        return step.IsWaiting ? null
            : found.Error is not null || found.Json is null ? NotDone(found)
            : $"`{count.Text}` stands in {AtLeast(found.Flag("truncated") && found.Number("total") <= 50)}{FileStatistics.Plural(found.Number("total"), "line")} of {FileStatistics.Plural(found.Number("files_with_matches"), "file")} {found.Cite}.";
    }

    static string NotDone(ToolReply reply) => $"Not done: {reply.Error ?? "the tool's answer could not be read"} {reply.Cite}";

    static string Are(long number) => number == 1 ? "is" : "are";

    static string AtLeast(bool isLowerBound) => isLowerBound ? "at least " : "";
}
