using Agent.Guardrails.Judging;
using Agent.Guardrails.Yaml;

namespace Agent.Guardrails.Rules;

/// <summary>Rules that <c>AGENT_ALLOWED_COMMANDS</c> stands for.</summary>
static class Grants
{
    public static IEnumerable<Rule> From(IReadOnlyList<string> commands) => commands.Select(command => new Rule
    {
        Id = BuiltIn.Grant,
        Kind = RuleKind.Command,
        Answer = Ruling.Allow,
        Reason = $"AGENT_ALLOWED_COMMANDS allows commands that begin with `{command}`.",
        Place = new Place("environment", 1, 1),
        Commands = [CommandPattern.Parse(command)],
        Accepts = ["git-changes"],
    });
}
