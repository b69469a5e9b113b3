using System.Text;
using Agent.Contracts;

namespace Agent.Reviewer.Service.Checks;

/// <summary>A file in the workspace contains a text, byte for byte in UTF-8.</summary>
sealed class FileContainsCheck : ICriterionCheck
{
    public CriterionKind Kind => CriterionKind.FileContains;

    public async Task<Finding> CheckAsync(AcceptanceCriterion criterion, StepUnderReview step, CancellationToken cancellationToken)
    {
        var file = await WorkspaceFile.ReadAsync(step.Workspace, criterion.Path!, cancellationToken);
        var at = file.Content is { } content ? content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(criterion.Text!)) : -1;
        return new Finding($"`{criterion.Path}` contains “{criterion.Text}”", at >= 0, at >= 0 ? $"at byte {at}; {file.Evidence}" : $"It does not; {file.Evidence}", step.IfNotGood);
    }
}
