using System.CommandLine;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent policies validate [DIR]</c>: every mistake of the files with its cure.</summary>
static class PoliciesValidateCommand
{
    public static Command Create()
    {
        var directory = new Argument<string?>("directory") { Description = "Policy directory (default: AGENT_POLICY_DIR, else policies/).", Arity = ArgumentArity.ZeroOrOne };
        var bundle = PolicyDirectory.Option();
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("validate", "Say every mistake in policy files: file, line, column, problem, cure.") { directory, bundle, json };
        command.SetAction(parsed =>
        {
            var talk = Talk.Of(parsed);
            var path = PolicyDirectory.Find(parsed.GetValue(directory) ?? parsed.GetValue(bundle));
            var result = PolicyDirectory.Load(path);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(new { valid = result.Bundle is not null, directory = path, digest = result.Bundle?.Digest, rules = result.Bundle?.RuleCount, mistakes = result.Mistakes });
            }
            else
            {
                talk.Answer(result.Bundle is { } valid
                    ? $"The policies in {path} are valid: {valid.RuleCount} rules, digest {valid.Digest}"
                    : PolicyDirectory.Describe(path, result.Mistakes));
            }

            return (int)(result.Bundle is null ? ExitCode.Usage : ExitCode.Done);
        });
        return command;
    }
}
