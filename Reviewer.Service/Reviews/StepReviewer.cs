using Agent.Contracts;
using Agent.Reviewer.Service.Checks;

namespace Agent.Reviewer.Service.Reviews;

/// <summary>Checks a step's criteria: those a machine can check first, the model's judgement only when they passed.</summary>
sealed class StepReviewer(IEnumerable<ICriterionCheck> checks)
{
    readonly Dictionary<CriterionKind, ICriterionCheck> _checks = checks.ToDictionary(check => check.Kind);

    /// <summary>A step's criteria in the order they are checked in.</summary>
    public static IEnumerable<AcceptanceCriterion> CriteriaOf(StepUnderReview step) =>
        step.Step.Definition.Acceptance.Prepend(new AcceptanceCriterion(CriterionKind.AnswerGiven)).Distinct().OrderBy(criterion => criterion.Kind == CriterionKind.Judged);

    /// <summary>Whether any of its criteria asks a model or runs a command.</summary>
    public bool IsCostly(StepUnderReview step) => CriteriaOf(step).Any(criterion => _checks[criterion.Kind].IsCostly);

    /// <returns>The facts, to be appended together; the verdict last.</returns>
    public async Task<IReadOnlyList<IRunEvent>> ReviewAsync(StepUnderReview step, CancellationToken cancellationToken)
    {
        var findings = new List<Finding> { CitationsCheck.Check(step) };
        foreach (var criterion in CriteriaOf(step))
        {
            if (criterion.Kind == CriterionKind.Judged && findings.Exists(finding => !finding.Passed))
            {
                break;
            }

            findings.Add(await _checks[criterion.Kind].CheckAsync(criterion, step, cancellationToken));
        }

        var (verdict, feedback) = StepVerdict.Of(findings);
        return
        [
            .. findings.SelectMany(finding => finding.Facts ?? []),
            new StepReviewed(step.Step.Id, step.Step.Attempt, verdict, feedback, [.. findings.Select(finding => finding.Result)]),
        ];
    }
}
