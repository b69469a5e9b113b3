using System.CommandLine;
using Agent.Cli.Output;
using Agent.Cli.Tools;

namespace Agent.Cli.Commands;

/// <summary><c>agent tools install</c> and <c>remove</c>: tool bundles of this machine's tools directory. Executors see a change within seconds.</summary>
static class ToolBundleCommands
{
    public static Option<string?> Directory() => new("--tools-dir") { Description = "Where tools are installed (default: AGENT_TOOLS_DIR)." };

    public static Command Install()
    {
        var source = new Argument<string>("source") { Description = "A directory with a tool.yaml, an archive of one (.tar.gz, .tar, .zip), or the URL of an archive." };
        var sha256 = new Option<string?>("--sha256") { Description = "SHA-256 that the archive must have (for a directory: the sha256 of its manifest). Needed for a URL." };
        var replace = new Option<bool>("--replace") { Description = "Put it in the place of an installed version." };
        var directory = Directory();
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("install", "Install a tool bundle after checking its manifest and every file's digest.") { source, sha256, replace, directory, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            var manifest = await ToolBundles.In(parsed.GetValue(directory)).InstallAsync(parsed.GetValue(source)!, parsed.GetValue(sha256), parsed.GetValue(replace), cancellationToken);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(new { manifest.Name, manifest.Version, Effect = manifest.Effect.ToString().ToLowerInvariant(), manifest.Sha256 });
            }
            else
            {
                talk.Answer($"{manifest.Name} {manifest.Version} is installed ({manifest.Effect.ToString().ToLowerInvariant()}, sha256 {manifest.Sha256}). A rule of tools.yaml must allow it: {{ id: …, answer: ask, reason: …, tools: [{manifest.Name}] }}");
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    public static Command Remove()
    {
        var name = new Argument<string>("name") { Description = "Name of the tool." };
        var directory = Directory();
        var command = new Command("remove", "Remove an installed tool bundle.") { name, directory };
        command.SetAction(parsed =>
        {
            ToolBundles.In(parsed.GetValue(directory)).Remove(parsed.GetValue(name)!);
            Talk.Of(parsed).Answer($"{parsed.GetValue(name)} is removed.");
            return (int)ExitCode.Done;
        });
        return command;
    }

    /// <summary>The installed bundles, for <c>tools list --installed</c>.</summary>
    public static int List(Talk talk, string? directory, bool json)
    {
        var tools = ToolBundles.In(directory).List();
        if (json)
        {
            talk.AnswerJson(tools);
        }
        else if (tools.Count == 0)
        {
            talk.Say("No tool is installed. `agent tools install PATH|URL` installs one.");
        }
        else
        {
            talk.Answer(Columns.Of(["TOOL", "VERSION", "EFFECT", "STATE"], tools.Select(tool => (IReadOnlyList<string>)[tool.Name, tool.Version ?? "", tool.Effect ?? "", tool.Usable ? "usable" : $"not used: {string.Join(' ', tool.Mistakes)}"])));
        }

        return (int)ExitCode.Done;
    }
}
