using Agent.Contracts;
using Agent.Executor.Service.Sandbox;
using Agent.Executor.Service.Workspaces;
using Agent.Guardrails.LocalTools;
using Agent.Journal;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Tools.Local;

/// <summary>An installed bundle's command as a tool: arguments as JSON on its standard input, its standard output as the result.</summary>
sealed class LocalTool(LocalToolManifest manifest, string directory, CommandRunner commands, IOptions<SandboxOptions> options) : ITool
{
    public ToolDescription Description { get; } = new(manifest.Name, manifest.Description, manifest.Schema, Effect(manifest), manifest.Version, manifest.Sha256);

    public PreparedCall Prepare(ToolArguments arguments, Workspace workspace)
    {
        if (BundleDigest.Of(directory) != manifest.Sha256)
        {
            throw new ToolRefusedException("tool-changed", $"The files of {manifest.Name} are not those that were installed; a person must install it again.");
        }

        var all = arguments.All;
        List<string> argv = [.. manifest.Command.Select(word => word.StartsWith("./", StringComparison.Ordinal) ? Path.Combine(directory, word[2..]) : word)];
        return new PreparedCall(all, Effect(manifest), async (context, cancellationToken) => Answer(
            await commands.RunAsync(
                new SandboxedCommand(argv, workspace.Root, context.ActionKey, options.Value.Timeout)
                {
                    AlsoReadable = [directory],
                    Input = CanonicalJson.Of(all),
                    Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["AGENT_ACTION_KEY"] = context.ActionKey },
                },
                cancellationToken),
            argv))
        {
            StartsProcess = true,
            Timeout = options.Value.Timeout + TimeSpan.FromSeconds(10),
        };
    }

    static EffectClass Effect(LocalToolManifest manifest) => Enum.Parse<EffectClass>(manifest.Effect.ToString());

    ToolResult Answer(CommandResult result, List<string> argv) => result switch
    {
        { End: CommandEnd.Exited, ExitCode: 0 } => new ToolResult(result.Stdout.Text, Sandbox: result.Sandbox),
        { End: CommandEnd.Exited } => new ToolResult($"error: {manifest.Name} ended with exit code {result.ExitCode}: {result.Stderr.Text}", ToolCallOutcome.Error, Sandbox: result.Sandbox),
        _ => CommandAnswer.From(result, argv, options.Value.Timeout),
    };
}
