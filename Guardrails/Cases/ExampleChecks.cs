using Agent.Guardrails.Commands;
using Agent.Guardrails.Judging;
using Agent.Guardrails.Network;
using Agent.Guardrails.Paths;
using Agent.Guardrails.Rules;
using Agent.Guardrails.Yaml;

namespace Agent.Guardrails.Cases;

/// <summary>Runs the examples a bundle carries: those of single rules and those of the case files.</summary>
static class ExampleChecks
{
    public static void RunRule(RuleWithExamples rule, MistakeList mistakes)
    {
        foreach (var (text, place) in rule.Match)
        {
            if (!Matches(rule.Rule, text))
            {
                mistakes.Add(place, $"Rule `{rule.Rule.Id}` does not match its example `{text}`.", "Correct the rule's conditions or the example.");
            }
        }

        foreach (var (text, place) in rule.NotMatch)
        {
            if (Matches(rule.Rule, text))
            {
                mistakes.Add(place, $"Rule `{rule.Rule.Id}` matches `{text}`, which it must not.", "Narrow the rule's conditions, or move the example to `match`.");
            }
        }
    }

    public static void RunCase(PolicyCase example, PolicyBundle bundle, MistakeList mistakes)
    {
        var got = bundle.Decide(example.Call, NoFiles.Instance);
        if (got.Ruling != example.Want)
        {
            mistakes.Add(example.Place, $"Case \"{example.Note}\": wanted {Word(example.Want)}, got {Word(got.Ruling)} by `{got.Rule}` ({got.Reason})", "Correct the rule or the case.");
        }
        else if (example.Rule is { } rule && rule != got.Rule)
        {
            mistakes.Add(example.Place, $"Case \"{example.Note}\": wanted rule `{rule}`, but `{got.Rule}` decided.", "Correct the rule or the case.");
        }
    }

    static bool Matches(Rule rule, string example)
    {
        switch (rule.Kind)
        {
            case RuleKind.Command:
                var facts = CommandAnalysis.OfShell(example, PolicyCase.Workspace, NoFiles.Instance);
                return facts.NotUnderstood is null && facts.Commands.Any(command => Matching.Matches(rule, command));
            case RuleKind.Variable:
                return rule.Variables.Any(glob => glob.Matches(example));
            case RuleKind.Path:
                var words = example.Split(' ', 2);
                var (write, path) = words is ["read" or "write", _] ? (words[0] == "write", words[1]) : (rule.Writing ?? false, example);
                return Matching.Matches(rule, write, PathRules.Fold(PathLocator.Locate(path, PolicyCase.Workspace, PolicyCase.Workspace, NoFiles.Instance)));
            case RuleKind.Network:
                var parts = example.Split(' ', 2);
                var (method, url) = parts.Length == 2 ? (parts[0].ToUpperInvariant(), parts[1]) : ("GET", example);
                var read = UrlReader.Read(url);
                return read.Problem is null && Matching.Matches(rule, method, read, read.Address);
            default:
                return rule.Tools.Any(glob => glob.Matches(example));
        }
    }

    static string Word(Ruling ruling) => ruling switch { Ruling.Allow => "allow", Ruling.Ask => "ask", _ => "deny" };
}
