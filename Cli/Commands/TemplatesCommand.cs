using System.CommandLine;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent templates add | list | remove | run NAME --param k=v</c>.</summary>
static class TemplatesCommand
{
    public static Command Create(IDoorSource source) => new("templates", "Goals with parameters.") { Add(source), List(source), Remove(source), Run(source) };

    static Command Add(IDoorSource source)
    {
        var file = new Argument<FileInfo>("file") { Description = "JSON: {\"name\":\"deploy\",\"goal\":\"Deploy {{version}}\",\"parameters\":[{\"name\":\"version\",\"type\":\"text\",\"required\":true}]}" };
        var command = new Command("add", "Add a template.") { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var template = await ReadAsync(parsed.GetValue(file)!, cancellationToken);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var added = await door.PostAsync<JsonElement>("templates", template, cancellationToken);
            Talk.Of(parsed).Say($"Template {added.GetProperty("name").GetString()} is added.");
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command List(IDoorSource source)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("list", "List the templates and their parameters.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var list = await door.GetAsync<JsonElement>("templates", cancellationToken);
            var templates = list.GetProperty("templates").EnumerateArray().ToList();
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(list);
            }
            else if (templates.Count == 0)
            {
                talk.Say("There are no templates.");
            }
            else
            {
                talk.Answer(Columns.Of(
                    ["NAME", "PARAMETERS", "GOAL"],
                    templates.Select(one => (IReadOnlyList<string>)[Text(one, "name"), string.Join(", ", Parameters(one)), Columns.Shorten(Text(one, "goal"), 80)])));
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Remove(IDoorSource source)
    {
        var name = new Argument<string>("name") { Description = "The template's name." };
        var command = new Command("remove", "Remove a template.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            await door.DeleteAsync($"templates/{Uri.EscapeDataString(parsed.GetValue(name)!)}", cancellationToken);
            Talk.Of(parsed).Say($"Template {parsed.GetValue(name)} is removed.");
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Run(IDoorSource source)
    {
        var name = new Argument<string>("name") { Description = "The template's name." };
        var parameters = new Option<string[]>("--param", "-p") { Description = "A parameter's value, NAME=VALUE; once for each." };
        var workspace = new Option<string?>("--workspace", "-w") { Description = "Directory the run may act in. Default: the template's, else the current directory." };
        var webhook = new Option<string?>("--webhook") { Description = "Name of a webhook that is told of the run's end. Default: the template's." };
        var detach = new Option<bool>("--detach") { Description = "Print the run's id and do not wait." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of the report." };
        var command = new Command("run", "Run a template's goal with its parameters filled in.") { name, parameters, workspace, webhook, detach, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var values = Values(parsed.GetValue(parameters) ?? []);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var path = $"templates/{Uri.EscapeDataString(parsed.GetValue(name)!)}";
            var directory = parsed.GetValue(workspace) ?? (Text(await door.GetAsync<JsonElement>(path, cancellationToken), "workspace") is { Length: > 0 } ? null : Directory.GetCurrentDirectory());
            var run = await door.PostAsync<RunAccepted>($"{path}/run", new { parameters = values, workspace = directory is null ? null : Workspaces.Check(directory), webhook = parsed.GetValue(webhook) }, cancellationToken);
            var talk = Talk.Of(parsed);
            if (parsed.GetValue(detach))
            {
                talk.Answer(run.RunId.ToString());
                return (int)ExitCode.Done;
            }

            return (int)await RunSession.WatchAsync(source, door, run.RunId, talk, parsed.GetValue(json), cancellationToken);
        });
        return command;
    }

    static Dictionary<string, string> Values(IReadOnlyList<string> given)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in given)
        {
            var at = one.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || !values.TryAdd(one[..at], one[(at + 1)..]))
            {
                throw new CommandException(ExitCode.Usage, at <= 0 ? $"--param {one} is not NAME=VALUE." : $"--param {one[..at]} is given twice.");
            }
        }

        return values;
    }

    static async Task<JsonElement> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            await using var text = file.OpenRead();
            return await JsonSerializer.DeserializeAsync<JsonElement>(text, cancellationToken: cancellationToken);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandException(ExitCode.Usage, $"{file.FullName} holds no template: {unusable.Message} docs/automation.md shows one.");
        }
    }

    static IEnumerable<string> Parameters(JsonElement template) => template.TryGetProperty("parameters", out var list)
        ? list.EnumerateArray().Select(parameter => $"{Text(parameter, "name")}:{Text(parameter, "type")}{(parameter.GetProperty("required").GetBoolean() ? "*" : "")}")
        : [];

    static string Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.ToString() : "";
}
