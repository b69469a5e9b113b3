using System.CommandLine;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent keys list | add | revoke</c>: who may use the suite, and as what.</summary>
static class KeysCommand
{
    static readonly string[] Roles = ["viewer", "operator", "approver", "admin"];

    public static Command Create(IDoorSource source) => new("keys", "API keys: a principal of its own for each person or program.") { List(source), Add(source), Revoke(source), Log(source) };

    static Command List(IDoorSource source)
    {
        var json = Json();
        var command = new Command("list", "List keys that were added.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var list = await door.GetAsync<JsonElement>("keys", cancellationToken);
            Answer(Talk.Of(parsed), parsed.GetValue(json), list, "keys", ["NAME", "FINGERPRINT", "ADDED BY", "ADDED AT", "ROLES"], key =>
                [Text(key, "name"), Text(key, "fingerprint"), Text(key, "added_by"), Text(key, "added_at"), string.Join(", ", key.GetProperty("roles").EnumerateArray().Select(role => role.GetString()))]);
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Add(IDoorSource source)
    {
        var name = new Argument<string>("name") { Description = "The principal: what it does is journalled under this name." };
        var role = new Option<string[]>("--role") { Description = "viewer, operator, approver or admin; may be given several times (default: operator)." };
        role.AcceptOnlyFromAmong(Roles);
        var command = new Command("add", "Add a key. It is the answer, is shown this once and kept nowhere: AGENT_DOOR_KEY takes it, and the console's login page.") { name, role };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var roles = parsed.GetValue(role) is { Length: > 0 } given ? given : ["operator"];
            var added = await door.PostAsync<JsonElement>("keys", new { name = parsed.GetValue(name), roles }, cancellationToken);
            Talk.Of(parsed).Answer(Text(added, "key"));
            Talk.Of(parsed).Say($"{Text(added, "name")} may now come in as {string.Join(", ", roles)}.");
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Revoke(IDoorSource source)
    {
        var name = new Argument<string>("name") { Description = "The principal." };
        var command = new Command("revoke", "Revoke a key; its console sessions end too.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            await door.PostAsync($"keys/{Uri.EscapeDataString(parsed.GetValue(name)!)}/revoke", cancellationToken);
            Talk.Of(parsed).Say($"The key of {parsed.GetValue(name)} is revoked.");
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Log(IDoorSource source)
    {
        var limit = new Option<int>("--limit") { Description = "How many entries.", DefaultValueFactory = _ => 50 };
        var json = Json();
        var command = new Command("log", "What operators did that belongs to no run: keys, standing approvals.") { limit, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var log = await door.GetAsync<JsonElement>($"operator-log?limit={parsed.GetValue(limit)}", cancellationToken);
            Answer(Talk.Of(parsed), parsed.GetValue(json), log, "entries", ["AT", "BY", "DID", "TO", "DETAIL"], entry =>
                [Text(entry, "at"), Text(entry, "principal"), Text(entry, "action"), Text(entry, "subject"), Columns.Shorten(Text(entry, "detail"), 100)]);
            return (int)ExitCode.Done;
        });
        return command;
    }

    static void Answer(Talk talk, bool json, JsonElement list, string member, IReadOnlyList<string> head, Func<JsonElement, IReadOnlyList<string>> row)
    {
        if (json)
        {
            talk.AnswerJson(list);
        }
        else
        {
            talk.Answer(Columns.Of(head, list.GetProperty(member).EnumerateArray().Select(row)));
        }
    }

    static Option<bool> Json() => new("--json") { Description = "Print JSON." };

    static string Text(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? value.ToString() : "";
}
