using Agent.Contracts;

namespace Agent.Reviewer.Service.Checks;

/// <summary>The answer contains a text, character for character.</summary>
sealed class AnswerContainsCheck : ICriterionCheck
{
    public CriterionKind Kind => CriterionKind.AnswerContains;

    public Task<Finding> CheckAsync(AcceptanceCriterion criterion, StepUnderReview step, CancellationToken cancellationToken)
    {
        var at = step.Answer.IndexOf(criterion.Text!, StringComparison.Ordinal);
        return Task.FromResult(new Finding($"the answer contains “{criterion.Text}”", at >= 0, at >= 0 ? $"at character {at}" : "It does not.", step.IfNotGood));
    }
}
