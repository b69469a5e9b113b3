using System.CommandLine;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent tools</c>: the tools of the MCP endpoints, and the bundles installed here.</summary>
static class ToolsCommand
{
    public static Command Create(IDoorSource source) => new("tools", "Look at tools, install and remove bundles.") { List(source), ToolBundleCommands.Install(), ToolBundleCommands.Remove() };

    static Command List(IDoorSource source)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var installed = new Option<bool>("--installed") { Description = "The bundles installed on this machine instead; needs no suite." };
        var directory = ToolBundleCommands.Directory();
        var command = new Command("list", "List the tools of all healthy MCP endpoints.") { json, installed, directory };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            if (parsed.GetValue(installed))
            {
                return ToolBundleCommands.List(talk, parsed.GetValue(directory), parsed.GetValue(json));
            }

            using var door = await source.OpenAsync(parsed, cancellationToken);
            var tools = await door.GetAsync<JsonElement>("mcp/tools", cancellationToken);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(tools);
                return (int)ExitCode.Done;
            }

            var rows = tools.EnumerateArray().Select(tool => (IReadOnlyList<string>)[Text(tool, "name"), Text(tool, "effect"), Columns.Shorten(Text(tool, "description"), 100)]).ToList();
            if (rows.Count == 0)
            {
                talk.Say("No MCP endpoint offers tools. `agent mcp health` says how the endpoints are.");
            }
            else
            {
                talk.Answer(Columns.Of(["TOOL", "EFFECT", "DESCRIPTION"], rows));
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
