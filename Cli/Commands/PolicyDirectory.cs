using System.CommandLine;
using Agent.Guardrails;
using Agent.Guardrails.Distribution;

namespace Agent.Cli.Commands;

/// <summary>The bundle a command looks at: <c>--bundle</c>, else <c>AGENT_POLICY_DIR</c>, else <c>policies/</c>; with what the environment adds.</summary>
static class PolicyDirectory
{
    public static Option<string> Option() => new("--bundle") { Description = "Policy directory (default: AGENT_POLICY_DIR, else policies/)." };

    public static GuardrailSettings Settings { get; } =
        GuardrailSettings.Parse(Environment.GetEnvironmentVariable("AGENT_ALLOWED_COMMANDS"), Environment.GetEnvironmentVariable("ALLOW_NET"));

    public static string Find(string? given) => PolicyPlaces.Directory(given ?? Environment.GetEnvironmentVariable(PolicyPlaces.DirectorySetting));

    public static BundleResult Load(string directory)
    {
        try
        {
            return PolicyBundle.Load(BundleFiles.Read(directory, Settings), Settings);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"The policy directory {directory} can not be read: {exception.Message} Name one that holds tools.yaml with --bundle.");
        }
    }

    public static PolicyBundle LoadValid(string? given)
    {
        var directory = Find(given);
        var result = Load(directory);
        return result.Bundle ?? throw new CommandException(ExitCode.Usage, Describe(directory, result.Mistakes));
    }

    public static string Describe(string directory, IReadOnlyList<PolicyMistake> mistakes) =>
        $"The policies in {directory} are not valid:{string.Concat(mistakes.Select(mistake => $"{Environment.NewLine}  - {mistake}"))}";
}
