using Agent.Contracts;

namespace Agent.Reviewer.Service.Checks;

/// <summary>There is an answer, and it does not say that the step was not done.</summary>
sealed class AnswerGivenCheck : ICriterionCheck
{
    const string Criterion = "an answer was given";

    public CriterionKind Kind => CriterionKind.AnswerGiven;

    public Task<Finding> CheckAsync(AcceptanceCriterion criterion, StepUnderReview step, CancellationToken cancellationToken)
    {
        var answer = step.Answer.Trim();
        return Task.FromResult(
            answer.Length == 0 ? new Finding(Criterion, false, "The answer is empty.", step.IfNotGood)
            : answer.StartsWith(StepUnderReview.NotDone, StringComparison.OrdinalIgnoreCase) ? new Finding(Criterion, false, FirstLine(answer), step.IsByRules ? Verdict.Fail : Verdict.Replan)
            : new Finding(Criterion, true, $"{answer.Length} characters"));
    }

    static string FirstLine(string answer) => answer.Split('\n', 2)[0].TrimEnd();
}
