using System.CommandLine;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent mcp list | health | show | accept | invoke</c>.</summary>
static class McpCommand
{
    public static Command Create(IDoorSource source) => new("mcp", "Look at MCP endpoints and call their tools.")
    {
        Get(source, "list", "List the endpoints.", "mcp"),
        Get(source, "health", "Health of every endpoint.", "mcp/health"),
        Show(source),
        Accept(source),
        Invoke(source),
    };

    static Command Get(IDoorSource source, string name, string description, string path)
    {
        var command = new Command(name, description) { new Option<bool>("--json") { Description = "Print JSON (so it does anyway)." } };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            Talk.Of(parsed).AnswerJson(await door.GetAsync<JsonElement>(path, cancellationToken));
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Show(IDoorSource source)
    {
        var endpoint = new Argument<string>("endpoint") { Description = "The endpoint's name." };
        var command = new Command("show", "Show one endpoint with its tools and their definitions.") { endpoint, new Option<bool>("--json") { Description = "Print JSON (so it does anyway)." } };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            Talk.Of(parsed).AnswerJson(await door.GetAsync<JsonElement>("mcp/endpoints/" + Uri.EscapeDataString(parsed.GetValue(endpoint)!), cancellationToken));
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Accept(IDoorSource source)
    {
        var endpoint = new Argument<string>("endpoint") { Description = "The endpoint's name." };
        var tool = new Argument<string>("tool") { Description = "The quarantined tool." };
        var definition = new Option<string>("--definition") { Description = "The definition_hash that `agent mcp show` gives for it: of what you have read.", Required = true };
        var command = new Command("accept", "Accept the changed definition of a quarantined tool.") { endpoint, tool, definition, new Option<bool>("--json") { Description = "Print JSON (so it does anyway)." } };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            Talk.Of(parsed).AnswerJson(await door.PostAsync<JsonElement>(
                $"mcp/endpoints/{Uri.EscapeDataString(parsed.GetValue(endpoint)!)}/tools/accept", new { tool = parsed.GetValue(tool), definition_hash = parsed.GetValue(definition) }, cancellationToken));
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Invoke(IDoorSource source)
    {
        var endpoint = new Argument<string>("endpoint") { Description = "The endpoint's name." };
        var tool = new Argument<string>("tool") { Description = "The tool's name at that endpoint." };
        var payload = new Option<string>("--payload") { Description = "The arguments, a JSON object.", DefaultValueFactory = _ => "{}" };
        var json = new Option<bool>("--json") { Description = "Print the whole answer as JSON." };
        var command = new Command("invoke", "Call one tool of one endpoint, outside of any run.") { endpoint, tool, payload, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            var arguments = ReadObject(parsed.GetValue(payload)!);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var answer = await door.PostAsync<JsonElement>("mcp/invoke", new { endpoint = parsed.GetValue(endpoint), tool = parsed.GetValue(tool), arguments }, cancellationToken);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(answer);
            }
            else
            {
                talk.Answer(answer.TryGetProperty("text", out var text) ? text.GetString() ?? "" : answer.GetRawText());
            }

            return (int)(answer.TryGetProperty("is_error", out var failed) && failed.GetBoolean() ? ExitCode.Infrastructure : ExitCode.Done);
        });
        return command;
    }

    static JsonElement ReadObject(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new CommandException(ExitCode.Usage, $"--payload is not a JSON object but {document.RootElement.ValueKind}. It looks like '{{\"path\":\"README.md\"}}'.");
        }
        catch (JsonException exception)
        {
            throw new CommandException(ExitCode.Usage, $"--payload is not JSON: {exception.Message}");
        }
    }
}
