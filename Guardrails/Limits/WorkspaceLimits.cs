using Agent.Guardrails.Yaml;

namespace Agent.Guardrails;

/// <summary>What a workspace allows its runs.</summary>
/// <param name="SignOff">A person signs each plan before anything of it begins.</param>
/// <param name="ParallelRuns">Runs that may have steps worked on at once; 0 = no cap.</param>
/// <param name="ParallelSteps">Steps that may be worked on at once, over all its runs; 0 = no cap.</param>
/// <param name="Path">The directory whose rule this is: all workspaces below it share the caps. Null = each workspace has its own.</param>
/// <param name="WorkingCopy">How its runs work in a copy; null: they work in the workspace itself.</param>
public sealed record WorkspaceLimits(bool SignOff, int ParallelRuns, int ParallelSteps, string? Path, WorkingCopyLimits? WorkingCopy = null);

/// <summary>One entry of <c>workspaces:</c> in <c>limits.yaml</c>. <code>- { path: /srv/production, sign_off: true, parallel_steps: 2 }</code></summary>
sealed record WorkspaceRule(string Path, bool? SignOff, int? ParallelRuns, int? ParallelSteps, WorkingCopyRule WorkingCopy)
{
    const int Most = 10_000;

    public bool Covers(string workspace) =>
        workspace.StartsWith(Path, StringComparison.Ordinal) && (workspace.Length == Path.Length || Path == "/" || workspace[Path.Length] == '/');

    public static IReadOnlyList<WorkspaceRule> ReadAll(YamlSection root, MistakeList mistakes)
    {
        var rules = new List<WorkspaceRule>();
        foreach (var node in root.Mappings("workspaces"))
        {
            var section = new YamlSection(root.File, node, ["path", "sign_off", "parallel_runs", "parallel_steps", "working_copy"], mistakes);
            var path = section.RequiredText("path", "Name the absolute directory that the entry is about.");
            if (path.Length > 0 && !path.StartsWith('/'))
            {
                section.Mistake("path", $"`path: {path}` is not an absolute directory.", "Begin it with `/`.");
            }

            path = path.Length > 1 ? path.TrimEnd('/') : path;
            if (rules.Exists(rule => rule.Path == path))
            {
                section.Mistake("path", $"`path: {path}` has an entry already.", "Merge the two.");
            }

            rules.Add(new WorkspaceRule(
                path, section.Has("sign_off") ? section.Flag("sign_off") : null, (int?)section.Number("parallel_runs", 0, Most), (int?)section.Number("parallel_steps", 0, Most),
                section.Mapping("working_copy") is { } copy ? WorkingCopyRule.Read(new YamlSection(root.File, copy, WorkingCopyRule.Keys, mistakes), mistakes) : WorkingCopyRule.Open));
        }

        return rules;
    }
}
