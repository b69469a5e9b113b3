using Agent.Contracts;
using Agent.Reviewer.Service.Checks;

namespace Agent.Reviewer.Service.Replaying;

/// <summary>A check that looks at the world, answered from the record: no file is read, no command runs.</summary>
sealed class RecordedCheck(CriterionKind kind, IReadOnlyDictionary<AcceptanceCriterion, CheckResult> results) : ICriterionCheck
{
    public CriterionKind Kind => kind;

    public Task<Finding> CheckAsync(AcceptanceCriterion criterion, StepUnderReview step, CancellationToken cancellationToken) => results.TryGetValue(criterion, out var result)
        ? Task.FromResult(new Finding(result.Criterion, result.Passed, result.Evidence, result.IfFailed ?? step.IfNotGood))
        : throw new RecordLeftException($"check of kind {kind}");
}
