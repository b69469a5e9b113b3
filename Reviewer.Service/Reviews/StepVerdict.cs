using Agent.Contracts;
using Agent.Reviewer.Service.Checks;

namespace Agent.Reviewer.Service.Reviews;

/// <summary>What follows from a step's findings. Pure.</summary>
static class StepVerdict
{
    // Of several failed checks, the one that leaves the least hope decides: trying again does not help where one check can never pass.
    static readonly Verdict[] Gravest = [Verdict.Fail, Verdict.Escalate, Verdict.Replan, Verdict.Retry];

    public static (Verdict Verdict, string Feedback) Of(IReadOnlyList<Finding> findings)
    {
        var failed = findings.Where(finding => !finding.Passed).ToList();
        return failed.Count == 0
            ? (Verdict.Accept, "")
            : (Gravest.First(verdict => failed.Exists(finding => finding.IfFailed == verdict)), failed is [var only]
                ? $"{only.Criterion}: {only.Evidence}"
                : string.Join("\n", failed.Select(finding => $"- {finding.Criterion}: {finding.Evidence}")));
    }
}
