using System.Text;

namespace Agent.Llm.Offline.Skills;

/// <summary>The report on a repository: the other steps' answers with their citations, and one list of what could not be found out.</summary>
static class ReportSkill
{
    // What a reader wants first comes first.
    static readonly string[] Order = ["readme", "survey", "projects", "tests", "history"];

    public static string Run(StepTalk step)
    {
        var parts = step.Results.OrderBy(result => Array.IndexOf(Order, result.StepId) is var place && place < 0 ? Order.Length : place).ToList();
        var report = new StringBuilder("# Report on the repository\n");
        var unknown = new List<string>();
        foreach (var (_, answer) in parts)
        {
            var cut = answer.IndexOf(StepAnswer.UnknownHeading, StringComparison.Ordinal);
            var facts = (cut < 0 ? answer : answer[..cut]).Trim();
            if (facts.Contains('\n', StringComparison.Ordinal))
            {
                report.Append('\n').Append(facts).Append('\n');
            }

            if (cut >= 0)
            {
                unknown.AddRange(answer[(cut + StepAnswer.UnknownHeading.Length)..].Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            }
        }

        report.Append("\n## Could not be found out\n\n");
        report.Append(unknown.Count == 0 ? "- Nothing that was looked for." : string.Join('\n', unknown.Distinct(StringComparer.Ordinal)));
        report.Append("\n\nEach fact names the tool call it came from, as `[step.attempt#call]`; the run's journal holds that call with its arguments and output.");
        return report.ToString();
    }
}
