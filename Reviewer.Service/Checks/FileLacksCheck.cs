using System.Text;
using Agent.Contracts;

namespace Agent.Reviewer.Service.Checks;

/// <summary>A file in the workspace can be read and does not contain a text.</summary>
sealed class FileLacksCheck : ICriterionCheck
{
    public CriterionKind Kind => CriterionKind.FileLacks;

    public async Task<Finding> CheckAsync(AcceptanceCriterion criterion, StepUnderReview step, CancellationToken cancellationToken)
    {
        var file = await WorkspaceFile.ReadAsync(step.Workspace, criterion.Path!, cancellationToken);
        var at = file.Content is { } content ? content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(criterion.Text!)) : -1;
        var passed = file.Content is not null && at < 0;
        return new Finding($"`{criterion.Path}` lacks “{criterion.Text}”", passed, at >= 0 ? $"It stands at byte {at}; {file.Evidence}" : file.Evidence, step.IfNotGood);
    }
}
