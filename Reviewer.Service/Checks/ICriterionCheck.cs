using Agent.Contracts;

namespace Agent.Reviewer.Service.Checks;

/// <summary>Checks criteria of one kind.</summary>
interface ICriterionCheck
{
    CriterionKind Kind { get; }

    /// <summary>It asks a model or runs a command: not to be made twice at once. What only reads may be.</summary>
    bool IsCostly => false;

    Task<Finding> CheckAsync(AcceptanceCriterion criterion, StepUnderReview step, CancellationToken cancellationToken);
}

/// <summary>What a check found.</summary>
/// <param name="Criterion">In words, for a person.</param>
/// <param name="Evidence">What was seen: call ids, digests, exit codes.</param>
/// <param name="IfFailed">What should follow when it did not pass.</param>
/// <param name="Facts">What is to be journalled with the verdict, such as a model's reply.</param>
sealed record Finding(string Criterion, bool Passed, string Evidence, Verdict IfFailed = Verdict.Retry, IReadOnlyList<IRunEvent>? Facts = null)
{
    public CheckResult Result => new(Criterion, Passed, Evidence, Passed ? null : IfFailed);
}
