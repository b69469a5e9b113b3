using System.Text.RegularExpressions;
using Agent.Contracts;

namespace Agent.Reviewer.Service.Checks;

/// <summary>Every call that the answer cites exists in the journal. Asked of every step: a citation of nothing is an invention.</summary>
static partial class CitationsCheck
{
    const string Criterion = "every cited tool call is in the journal";

    public static Finding Check(StepUnderReview step)
    {
        var cited = Citation().Matches(step.Answer).Select(match => match.Groups["id"].Value).Distinct(StringComparer.Ordinal).ToList();
        var invented = cited.Where(id => !step.Run.Calls.ContainsKey(id)).ToList();
        return invented.Count == 0
            ? new Finding(Criterion, true, cited.Count == 0 ? "none cited" : $"{cited.Count} cited: {string.Join(", ", cited.Take(10))}")
            : new Finding(Criterion, false, $"Not in the journal: {string.Join(", ", invented)}", Verdict.Retry);
    }

    [GeneratedRegex(@"\[(?<id>[a-z0-9_-]{1,32}\.\d+#\d+)\]", RegexOptions.None, 1000)]
    private static partial Regex Citation();
}
