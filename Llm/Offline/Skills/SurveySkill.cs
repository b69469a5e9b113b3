namespace Agent.Llm.Offline.Skills;

/// <summary>Files and lines by language, largest files, what was left out.</summary>
static class SurveySkill
{
    public static string? Run(StepTalk step)
    {
        var statistics = FileStatistics.Ask(step);
        if (step.IsWaiting)
        {
            return null;
        }

        var answer = new StepAnswer("Files and lines");
        if (!statistics.IsKnown)
        {
            answer.Unknown("Files and lines", statistics.Reply);
            return answer.ToString();
        }

        if (statistics.Files == 0)
        {
            answer.Fact("The directory holds no files.", statistics.Reply);
            ReportSkipped(answer, statistics);
            return answer.ToString();
        }

        answer.Fact($"{FileStatistics.Plural(statistics.Files, "file")}, {FileStatistics.Count(statistics.Bytes)} bytes, {FileStatistics.Plural(statistics.Lines, "line")} of text.", statistics.Reply);
        if (Languages(statistics) is [{ Lines: > 0 } most, ..] && most.Lines * 2 > statistics.Lines)
        {
            answer.Fact($"Most lines are {most.Name}: {FileStatistics.Count(most.Lines)} of {FileStatistics.Count(statistics.Lines)} ({100 * most.Lines / statistics.Lines} %).", statistics.Reply);
        }

        if (statistics.Binary > 0)
        {
            answer.Fact($"{FileStatistics.Plural(statistics.Binary, "binary file")}, whose lines are not counted.", statistics.Reply);
        }

        ReportLanguages(answer, statistics);
        ReportLargest(answer, statistics);
        ReportSkipped(answer, statistics);
        if (statistics.IsTruncated)
        {
            answer.Unknown($"Files past the listing's limit: the figures above are a lower bound {statistics.Reply.Cite}");
        }

        return answer.ToString();
    }

    static void ReportLanguages(StepAnswer answer, FileStatistics statistics)
    {
        const int Shown = 15;
        var languages = Languages(statistics);
        answer.Line();
        answer.Line($"By language {statistics.Reply.Cite}:");
        answer.Line();
        answer.Line("| language | files | lines |");
        answer.Line("|---|---:|---:|");
        foreach (var language in languages.Take(Shown))
        {
            answer.Line($"| {language.Name} | {FileStatistics.Count(language.Files)} | {FileStatistics.Count(language.Lines)} |");
        }

        if (languages.Count > Shown)
        {
            var rest = languages.Skip(Shown).ToList();
            answer.Line($"| {rest.Count} others | {FileStatistics.Count(rest.Sum(language => language.Files))} | {FileStatistics.Count(rest.Sum(language => language.Lines))} |");
        }
    }

    static List<(string Name, long Files, long Lines)> Languages(FileStatistics statistics) =>
    [
        .. statistics.ByExtension
            .GroupBy(count => count.Language.Length > 0 ? count.Language : count.Extension.Length > 0 ? count.Extension : "(no extension)")
            .Select(group => (Name: group.Key, Files: group.Sum(count => count.Files), Lines: group.Sum(count => count.Lines)))
            .OrderByDescending(language => language.Lines).ThenBy(language => language.Name, StringComparer.Ordinal),
    ];

    static void ReportLargest(StepAnswer answer, FileStatistics statistics)
    {
        if (statistics.Largest.Count == 0)
        {
            return;
        }

        answer.Line();
        answer.Line($"Largest files {statistics.Reply.Cite}:");
        answer.Line();
        foreach (var (path, bytes, lines) in statistics.Largest.Take(5))
        {
            answer.Line(lines > 0 ? $"- `{path}`: {FileStatistics.Plural(lines, "line")}, {FileStatistics.Count(bytes)} bytes" : $"- `{path}`: {FileStatistics.Count(bytes)} bytes");
        }
    }

    static void ReportSkipped(StepAnswer answer, FileStatistics statistics)
    {
        var byReason = statistics.Skipped.GroupBy(skipped => skipped.Reason, StringComparer.Ordinal).ToList();
        if (byReason.Count == 0)
        {
            return;
        }

        answer.Line();
        foreach (var group in byReason)
        {
            var names = group.Select(skipped => $"`{skipped.Path}`").ToList();
            answer.Fact($"Left out ({group.Key}): {string.Join(", ", names.Take(8))}{(names.Count > 8 ? $" and {names.Count - 8} more" : "")}.", statistics.Reply);
        }
    }
}
