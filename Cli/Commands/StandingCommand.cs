using System.CommandLine;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent approvals standing list | grant | revoke</c>: yes given beforehand.</summary>
static class StandingCommand
{
    public static Command Create(IDoorSource source) => new("standing", "Answer calls of one kind with yes beforehand, for a while.") { List(source), Grant(source), Revoke(source) };

    static Command List(IDoorSource source)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("list", "List standing approvals; those that hold no longer too.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var list = await door.GetAsync<JsonElement>("standing-approvals", cancellationToken);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(list);
                return (int)ExitCode.Done;
            }

            var rows = list.GetProperty("standing").EnumerateArray().Select(grant => (IReadOnlyList<string>)
                [Text(grant, "id"), Text(grant, "tool"), Text(grant, "rule"), Text(grant, "workspace") is { Length: > 0 } workspace ? workspace : "any", Uses(grant), Text(grant, "granted_by"), Until(grant), Text(grant, "arguments")]);
            talk.Answer(Columns.Of(["ID", "TOOL", "RULE", "WORKSPACE", "USED", "BY", "UNTIL", "ARGUMENTS"], rows));
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Grant(IDoorSource source)
    {
        var tool = new Option<string?>("--tool") { Description = "The tool; default: that of the call named by --like." };
        var rule = new Option<string?>("--rule") { Description = "Id of the rule whose question is answered; default: that of --like." };
        var like = new Option<string[]>("--like") { Description = "RUN CALL: a question to take tool, rule, workspace and the tool's definition from.", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true };
        var argument = new Option<string[]>("--argument") { Description = "NAME=GLOB that must match; may be given several times." };
        var anyArguments = new Option<bool>("--any-arguments") { Description = "Whatever the arguments are." };
        var workspace = new Option<string?>("--workspace") { Description = "Where it holds; default: the workspace of --like, else the current directory." };
        var anyWorkspace = new Option<bool>("--any-workspace") { Description = "In every workspace." };
        var hours = new Option<double?>("--hours") { Description = "How long it holds (default 8, at most 720)." };
        var uses = new Option<int?>("--uses") { Description = "How many calls at most (default: no limit)." };
        var comment = new Option<string?>("--comment") { Description = "Why; goes to the journal of each call." };
        var command = new Command("grant", "Answer such calls with yes from now on.") { tool, rule, like, argument, anyArguments, workspace, anyWorkspace, hours, uses, comment };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var globs = Globs(parsed.GetValue(argument) ?? [], parsed.GetValue(anyArguments));
            var example = parsed.GetValue(like) is [var run, var call] ? (Run: RunOf(run), Call: call) : default;
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var granted = await door.PostAsync<JsonElement>("standing-approvals", new
            {
                tool = parsed.GetValue(tool),
                rule = parsed.GetValue(rule),
                arguments = globs,
                workspace = parsed.GetValue(anyWorkspace) ? null : parsed.GetValue(workspace) is { } given ? Path.GetFullPath(given) : example.Call is null ? Directory.GetCurrentDirectory() : null,
                any_workspace = parsed.GetValue(anyWorkspace),
                hours = parsed.GetValue(hours),
                uses = parsed.GetValue(uses),
                comment = parsed.GetValue(comment),
                run_id = example.Call is null ? (Guid?)null : example.Run,
                call_id = example.Call,
            }, cancellationToken);
            Talk.Of(parsed).Answer(Text(granted, "id"));
            Talk.Of(parsed).Say($"Calls of {Text(granted, "tool")} that rule {Text(granted, "rule")} asks about are answered with yes until {Text(granted, "expires_at")}. Take it back: agent approvals standing revoke {Text(granted, "id")}");
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Revoke(IDoorSource source)
    {
        var id = new Argument<string>("id") { Description = "As `standing list` shows it." };
        var command = new Command("revoke", "Take a standing approval back: no further use.") { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            await door.PostAsync($"standing-approvals/{Uri.EscapeDataString(parsed.GetValue(id)!)}/revoke", cancellationToken);
            Talk.Of(parsed).Say($"{parsed.GetValue(id)} is revoked.");
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Dictionary<string, string> Globs(string[] given, bool any)
    {
        if (given.Length == 0 && !any)
        {
            throw new CommandException(ExitCode.Usage, "Say with --argument NAME=GLOB for which arguments, or --any-arguments.");
        }

        return given.Select(text => text.Split('=', 2) is [{ Length: > 0 } name, var glob]
            ? (name, glob)
            : throw new CommandException(ExitCode.Usage, $"`{text}` is not of the form NAME=GLOB.")).ToDictionary(pair => pair.name, pair => pair.glob, StringComparer.Ordinal);
    }

    static Guid RunOf(string text) => Guid.TryParse(text, out var run) ? run : throw new CommandException(ExitCode.Usage, $"`{text}` is no run's id.");

    static string Uses(JsonElement grant) => Text(grant, "used") + (Text(grant, "uses") is { Length: > 0 } most ? $"/{most}" : "");

    static string Until(JsonElement grant) => Text(grant, "revoked_by") is { Length: > 0 } who ? $"revoked by {who}" : Text(grant, "expires_at");

    static string Text(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? value.ToString() : "";
}
