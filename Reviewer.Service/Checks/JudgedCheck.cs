using Agent.Contracts;

namespace Agent.Reviewer.Service.Checks;

/// <summary>The model judges what no machine check can, and must cite evidence.</summary>
sealed class JudgedCheck(Judgement judgement) : ICriterionCheck
{
    public CriterionKind Kind => CriterionKind.Judged;

    public bool IsCostly => true;

    public Task<Finding> CheckAsync(AcceptanceCriterion criterion, StepUnderReview step, CancellationToken cancellationToken) =>
        judgement.AskAsync(
            new JudgementQuestion(step.Run, step.Step.Id, step.Step.Attempt, criterion.Text!, step.Answer, [.. step.Calls]),
            cancellationToken);
}
