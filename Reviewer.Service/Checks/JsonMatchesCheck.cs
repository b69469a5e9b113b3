using System.Text.Json;
using Agent.Contracts;

namespace Agent.Reviewer.Service.Checks;

/// <summary>A JSON file matches a schema.</summary>
sealed class JsonMatchesCheck : ICriterionCheck
{
    const int MostMistakes = 10;

    public CriterionKind Kind => CriterionKind.JsonMatches;

    public async Task<Finding> CheckAsync(AcceptanceCriterion criterion, StepUnderReview step, CancellationToken cancellationToken)
    {
        var name = $"`{criterion.Path}` matches its JSON schema";
        var file = await WorkspaceFile.ReadAsync(step.Workspace, criterion.Path!, cancellationToken);
        if (file.Content is null)
        {
            return new Finding(name, false, file.Evidence, step.IfNotGood);
        }

        try
        {
            using var schema = JsonDocument.Parse(criterion.Schema!);
            using var json = JsonDocument.Parse(file.Content);
            var mistakes = JsonSchema.Mistakes(json.RootElement, schema.RootElement);
            return new Finding(name, mistakes.Count == 0, mistakes.Count == 0 ? file.Evidence : string.Join("; ", mistakes.Take(MostMistakes)), step.IfNotGood);
        }
        catch (JsonException broken)
        {
            return new Finding(name, false, $"Not JSON: {broken.Message}", step.IfNotGood);
        }
    }
}
