using System.Text.RegularExpressions;
using Agent.Contracts;

namespace Agent.Planner.Service.Plans;

/// <summary>What must hold for a plan before anything of it runs; names every mistake.</summary>
static partial class PlanCheck
{
    const int LongestTitle = 120;
    const int MostCriteria = 20;

    /// <param name="tools">Tools a plan may name; null = any.</param>
    public static IEnumerable<string> Mistakes(Plan plan, IReadOnlySet<string>? tools, PlanOptions options)
    {
        if (plan.Steps.Count == 0)
        {
            return ["The plan has no steps."];
        }

        var mistakes = new List<string>();
        if (plan.Steps.Count > options.MaxSteps)
        {
            mistakes.Add($"The plan has {plan.Steps.Count} steps; at most {options.MaxSteps} are allowed.");
        }

        mistakes.AddRange(plan.Steps.GroupBy(step => step.Id, StringComparer.Ordinal).Where(group => group.Count() > 1 && group.Key.Length > 0).Select(group => $"The id \"{group.Key}\" is used {group.Count()} times; ids must be unique."));
        var ids = plan.Steps.Select(step => step.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var step in plan.Steps)
        {
            mistakes.AddRange(MistakesOf(step, ids, tools, options));
        }

        if (mistakes.Count == 0)
        {
            mistakes.AddRange(MistakesOfGraph(plan, options));
        }

        return mistakes;
    }

    static IEnumerable<string> MistakesOf(PlanStep step, HashSet<string> ids, IReadOnlySet<string>? tools, PlanOptions options)
    {
        var name = $"Step \"{step.Id}\"";
        if (!Id().IsMatch(step.Id))
        {
            yield return $"{name}: an id has 1 to 32 characters out of a-z, 0-9, _ and -.";
        }

        if (step.Title.Length is 0 or > LongestTitle)
        {
            yield return $"{name}: the title has {step.Title.Length} characters; 1 to {LongestTitle} are allowed.";
        }

        if (step.Instruction.Trim().Length == 0 || step.Instruction.Length > options.MaxInstruction)
        {
            yield return $"{name}: the instruction has {step.Instruction.Length} characters; 1 to {options.MaxInstruction} are allowed.";
        }

        foreach (var dependency in step.DependsOn.Where(dependency => !ids.Contains(dependency)))
        {
            yield return $"{name} depends on \"{dependency}\", which is no step of this plan.";
        }

        if (step.DependsOn.Contains(step.Id, StringComparer.Ordinal))
        {
            yield return $"{name} depends on itself.";
        }

        foreach (var tool in step.Tools.Where(tool => tools?.Contains(tool) is false))
        {
            yield return $"{name} names the tool \"{tool}\", which is not known. Known tools: {string.Join(", ", tools!.Order(StringComparer.Ordinal))}.";
        }

        if (step.Acceptance.Count > MostCriteria)
        {
            yield return $"{name} has {step.Acceptance.Count} acceptance criteria; at most {MostCriteria} are allowed.";
        }

        foreach (var criterion in step.Acceptance)
        {
            if (MistakeOf(criterion) is { } mistake)
            {
                yield return $"{name}: {mistake}";
            }
        }
    }

    static string? MistakeOf(AcceptanceCriterion criterion) => criterion switch
    {
        { Kind: CriterionKind.AnswerContains, Text: null or "" } => "answer_contains needs \"text\".",
        { Kind: CriterionKind.FileExists or CriterionKind.FileContains or CriterionKind.FileLacks or CriterionKind.JsonMatches, Path: null or "" } => "criteria on files need \"path\", relative to the workspace.",
        { Kind: CriterionKind.FileContains or CriterionKind.FileLacks, Text: null or "" } => "file_contains and file_lacks need \"text\".",
        { Kind: CriterionKind.CommandSucceeds, Argv: null or { Count: 0 } } => "command_succeeds needs \"argv\", an array of words.",
        { Kind: CriterionKind.JsonMatches, Schema: null or "" } => "json_matches needs \"schema\".",
        { Kind: CriterionKind.Judged, Text: null or "" } => "judged needs \"text\": the question to be judged.",
        { Path: { } path } when Path.IsPathRooted(path) || path.Split('/').Contains("..") => $"the path \"{path}\" must be relative to the workspace and stay in it.",
        _ => null,
    };

    /// <summary>Takes away steps without open dependencies until none are left; what stays is on a cycle or behind one.</summary>
    static IEnumerable<string> MistakesOfGraph(Plan plan, PlanOptions options)
    {
        var open = plan.Steps.ToDictionary(step => step.Id, step => step.DependsOn.ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        var depth = 0;
        while (open.Count > 0)
        {
            var free = open.Where(step => step.Value.Count == 0).Select(step => step.Key).ToList();
            if (free.Count == 0)
            {
                return [$"The steps {string.Join(", ", open.Keys)} depend on each other in a circle."];
            }

            depth++;
            free.ForEach(id => open.Remove(id));
            foreach (var dependencies in open.Values)
            {
                dependencies.ExceptWith(free);
            }
        }

        return depth > options.MaxDepth ? [$"The longest chain of steps has {depth} links; at most {options.MaxDepth} are allowed."] : [];
    }

    [GeneratedRegex("^[a-z0-9_-]{1,32}$", RegexOptions.None, 1000)]
    private static partial Regex Id();
}
