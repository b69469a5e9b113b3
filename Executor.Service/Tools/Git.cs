using Agent.Contracts;
using Agent.Executor.Service.Sandbox;
using Agent.Executor.Service.Workspaces;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Tools;

/// <summary><c>git</c>: the subcommands that stay in the repository. No hooks, no pager, no settings or programs given on the command line.</summary>
sealed class Git(CommandRunner commands, IOptions<SandboxOptions> options) : ITool
{
    // Settings given by environment win over the repository's own, which may be hostile.
    static readonly (string Key, string Value)[] Settings =
    [
        ("safe.directory", "*"), ("core.hooksPath", "/dev/null"), ("core.fsmonitor", "false"), ("core.pager", "cat"), ("core.editor", "true"), ("core.askPass", "true"),
        ("protocol.allow", "never"), ("commit.gpgSign", "false"), ("tag.gpgSign", "false"), ("gc.auto", "0"), ("maintenance.auto", "false"), ("core.quotePath", "true"), ("color.ui", "false"),
    ];

    public ToolDescription Description { get; } = new(
        "git",
        $"Runs git in the workspace: {string.Join(", ", GitWords.Subcommands)}. args starts with the subcommand. Answers JSON with exit_code, stdout and stderr.",
        ToolSchema.Parse("""
            {"type":"object","properties":{
              "args":{"type":"array","items":{"type":"string"},"minItems":1,"description":"For example [\"log\",\"-n\",\"10\",\"--oneline\"]."}},
             "required":["args"],"additionalProperties":false}
            """),
        EffectClass.Irreversible,
        "1");

    public PreparedCall Prepare(ToolArguments arguments, Workspace workspace)
    {
        var words = arguments.Texts("args");
        if (words is ["git", _, ..])
        {
            words = [.. words.Skip(1)];
        }

        var effect = GitWords.EffectOf(words);
        List<string> argv = ["git", .. words];
        List<string> run = ["git", words[0], .. GitWords.RunsPrograms(words[0]) ? ["--no-ext-diff", "--no-textconv"] : Array.Empty<string>(), .. words.Skip(1)];
        return new PreparedCall(arguments.Normalised, effect, async (context, cancellationToken) => CommandAnswer.From(
            await commands.RunAsync(Command(run, workspace, context), cancellationToken), argv, options.Value.Timeout))
        {
            Argv = argv,
            StartsProcess = true,
            Timeout = options.Value.Timeout + TimeSpan.FromSeconds(10),
        };
    }

    /// <summary>The environment in which git reads a repository that may be hostile.</summary>
    public static Dictionary<string, string> Surroundings(Workspace workspace)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_PAGER"] = "cat",
            ["GIT_EDITOR"] = "true",
            ["GIT_OPTIONAL_LOCKS"] = "0",
            ["GIT_AUTHOR_NAME"] = "agent",
            ["GIT_AUTHOR_EMAIL"] = "agent@localhost",
            ["GIT_COMMITTER_NAME"] = "agent",
            ["GIT_COMMITTER_EMAIL"] = "agent@localhost",
            ["GIT_CONFIG_COUNT"] = Settings.Length.ToString(),
            // Else git looks for a repository above the workspace.
            ["GIT_CEILING_DIRECTORIES"] = Path.GetDirectoryName(workspace.Root) ?? "/",
        };
        for (var index = 0; index < Settings.Length; index++)
        {
            (environment[$"GIT_CONFIG_KEY_{index}"], environment[$"GIT_CONFIG_VALUE_{index}"]) = Settings[index];
        }

        return environment;
    }

    SandboxedCommand Command(List<string> argv, Workspace workspace, ToolContext context) => new(argv, workspace.Root, context.ActionKey, options.Value.Timeout)
    {
        Environment = Surroundings(workspace),
        AlsoWritable = GitWorkTree.CommonDirectory(workspace) is { } common ? [common] : [],
    };
}
