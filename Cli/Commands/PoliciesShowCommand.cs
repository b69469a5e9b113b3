using System.CommandLine;
using Agent.Cli.Output;
using Agent.Guardrails;

namespace Agent.Cli.Commands;

/// <summary><c>agent policies show</c>: the rules of a bundle, in the order of their files.</summary>
static class PoliciesShowCommand
{
    public static Command Create()
    {
        var bundle = PolicyDirectory.Option();
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("show", "List the rules of a bundle.") { bundle, json };
        command.SetAction(parsed =>
        {
            var talk = Talk.Of(parsed);
            var valid = PolicyDirectory.LoadValid(parsed.GetValue(bundle));
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(new { digest = valid.Digest, rules = valid.Describe() });
            }
            else
            {
                talk.Answer($"digest {valid.Digest}");
                talk.Answer(Columns.Of(
                    ["RULE", "JUDGES", "ANSWER", "AT", "REASON"],
                    valid.Describe().Select(rule => (IReadOnlyList<string>)[rule.Id, rule.Judges, Word(rule), rule.Place, rule.Reason])).TrimEnd());
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    static string Word(RuleDescription rule) =>
        PoliciesExplainCommand.Word(rule.Answer) + (rule.Monitor ? " (monitor)" : rule.Fallback ? " (fallback)" : "");
}
