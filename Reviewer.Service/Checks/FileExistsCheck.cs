using Agent.Contracts;

namespace Agent.Reviewer.Service.Checks;

/// <summary>A file exists in the workspace.</summary>
sealed class FileExistsCheck : ICriterionCheck
{
    public CriterionKind Kind => CriterionKind.FileExists;

    public async Task<Finding> CheckAsync(AcceptanceCriterion criterion, StepUnderReview step, CancellationToken cancellationToken)
    {
        var file = await WorkspaceFile.ReadAsync(step.Workspace, criterion.Path!, cancellationToken);
        return new Finding($"`{criterion.Path}` exists", file.Content is not null, file.Evidence, step.IfNotGood);
    }
}
