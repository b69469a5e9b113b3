using Agent.Contracts;
using Agent.Guardrails;
using Agent.Journal;
using Agent.Reviewer.Service.Checks;
using Agent.Reviewer.Service.Reviews;

namespace Agent.Reviewer.Service.Replaying;

/// <summary>Whether other policies would have let a review's commands run.</summary>
static class CommandsUnder
{
    public static ReplayDivergence? Divergence(PolicyBundle policies, StepUnderReview step, StepReviewed reviewed, JournalEntry entry)
    {
        foreach (var (criterion, result) in StepReviewer.CriteriaOf(step).Zip(reviewed.Checks.Skip(1)).Where(pair => pair.First.Kind == CriterionKind.CommandSucceeds))
        {
            var decision = policies.Decide(CommandSucceedsCheck.RequestOf(criterion.Argv!, step));
            var ran = !result.Evidence.StartsWith(CommandSucceedsCheck.NotRun, StringComparison.Ordinal);
            if (ran != (decision.Ruling == Ruling.Allow))
            {
                return new ReplayDivergence(
                    entry.Sequence, entry.Type, $"the check {result.Criterion} {(ran ? "not run" : "run")}: {decision.Ruling.ToString().ToLowerInvariant()} by rule {decision.Rule}: {decision.Reason}", result.Evidence,
                    $"With these policies the command of a check would {(ran ? "not " : "")}be run.");
            }
        }

        return null;
    }
}
