using System.CommandLine;
using System.Text;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent webhooks add | list | show | remove | test</c>: who is told when runs end.</summary>
static class WebhooksCommand
{
    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Command Create(IDoorSource source) => new("webhooks", "Addresses that are told when runs end.")
    {
        Add(source),
        List(source),
        Show(source),
        Remove(source),
        Test(source),
    };

    static Command Add(IDoorSource source)
    {
        var (name, json) = (Name(), Json());
        var url = new Argument<string>("url") { Description = "Where a POST is sent. Network policy judges it each time." };
        var events = new Option<string?>("--events") { Description = "The ends it is told of, with commas: succeeded,failed,cancelled,stopped. Default: all." };
        var onlyNamed = new Option<bool>("--only-named") { Description = "Only of runs that name it (agent run --webhook NAME)." };
        var command = new Command("add", "Add a webhook. Its secret is printed now and never again.") { name, url, events, onlyNamed, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var body = new
            {
                name = parsed.GetValue(name),
                url = parsed.GetValue(url),
                events = parsed.GetValue(events)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                only_named = parsed.GetValue(onlyNamed),
            };
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var added = await door.PostAsync<JsonElement>("webhooks", body, cancellationToken);
            var talk = Talk.Of(parsed);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(added);
            }
            else
            {
                talk.Answer(Text(added, "secret"));
                talk.Say($"Webhook {parsed.GetValue(name)} is added. This is the secret its messages are signed with; it is not shown again.");
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command List(IDoorSource source)
    {
        var json = Json();
        var command = new Command("list", "List the webhooks.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var list = await door.GetAsync<JsonElement>("webhooks", cancellationToken);
            var webhooks = list.GetProperty("webhooks").EnumerateArray().ToList();
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(list);
            }
            else if (webhooks.Count == 0)
            {
                talk.Say("Nobody is told when runs end.");
            }
            else
            {
                talk.Answer(Columns.Of(
                    ["NAME", "EVENTS", "RUNS", "URL"],
                    webhooks.Select(one => (IReadOnlyList<string>)[Text(one, "name"), Events(one), one.GetProperty("only_named").GetBoolean() ? "that name it" : "all", Columns.Shorten(Text(one, "url"), 80)])));
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Show(IDoorSource source)
    {
        var (name, json) = (Name(), Json());
        var command = new Command("show", "Show a webhook and its last deliveries.") { name, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var webhook = await door.GetAsync<JsonElement>(PathOf(parsed.GetValue(name)), cancellationToken);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(webhook);
                return (int)ExitCode.Done;
            }

            var text = new StringBuilder();
            text.AppendLine($"webhook  {Text(webhook, "name")}");
            text.AppendLine($"url      {Text(webhook, "url")}");
            text.AppendLine($"told of  {Events(webhook)}{(webhook.GetProperty("only_named").GetBoolean() ? ", of runs that name it" : "")}");
            text.AppendLine($"added    by {Text(webhook, "principal")}");
            foreach (var delivery in webhook.GetProperty("deliveries").EnumerateArray())
            {
                text.AppendLine($"  {delivery.GetProperty("owed_at").GetDateTimeOffset():yyyy-MM-dd HH:mm:ss}Z  {Text(delivery, "event"),-14}  {Text(delivery, "run_id"),-36}  {Told(delivery)}");
            }

            talk.Answer(text.ToString());
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Remove(IDoorSource source)
    {
        var name = Name();
        var command = new Command("remove", "Remove a webhook; what is still owed to it is dropped.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            await door.DeleteAsync(PathOf(parsed.GetValue(name)), cancellationToken);
            Talk.Of(parsed).Say($"Webhook {parsed.GetValue(name)} is removed.");
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Test(IDoorSource source)
    {
        var (name, json) = (Name(), Json());
        var command = new Command("test", "Send a webhook a message that tells of no run, and say what it answered.") { name, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var id = Text(await door.PostAsync<JsonElement>(PathOf(parsed.GetValue(name)) + "/test", new { }, cancellationToken), "id");
            var delivery = await TriedAsync(door, parsed.GetValue(name), id, cancellationToken);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(delivery);
            }
            else
            {
                talk.Say(Told(delivery));
            }

            return (int)(Text(delivery, "state") == "delivered" ? ExitCode.Done : ExitCode.Infrastructure);
        });
        return command;
    }

    /// <summary>The delivery after its first try, or as it stands when patience has run out: no planner may be there.</summary>
    static async Task<JsonElement> TriedAsync(DoorClient door, string? name, string id, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var webhook = await door.GetAsync<JsonElement>(PathOf(name), cancellationToken);
            var delivery = webhook.GetProperty("deliveries").EnumerateArray().FirstOrDefault(one => Text(one, "id") == id);
            if (delivery.ValueKind == JsonValueKind.Object && (delivery.GetProperty("tries").GetInt32() > 0 || TimeProvider.System.GetElapsedTime(began) > Patience))
            {
                return delivery;
            }

            await Task.Delay(LookEvery, TimeProvider.System, cancellationToken);
        }
    }

    static string Told(JsonElement delivery) => Text(delivery, "state") switch
    {
        "delivered" => $"delivered, {Text(delivery, "status")}",
        "failed" => $"given up after {Text(delivery, "tries")} tries: {Text(delivery, "error")}",
        _ => $"pending after {Text(delivery, "tries")} tries{(Text(delivery, "error") is { Length: > 0 } error ? $": {error} Next at {delivery.GetProperty("next_at").GetDateTimeOffset():HH:mm:ss}Z" : "")}",
    };

    static string Events(JsonElement webhook) => string.Join(", ", webhook.GetProperty("events").EnumerateArray().Select(one => one.GetString()));

    static string PathOf(string? name) => $"webhooks/{Uri.EscapeDataString(name!)}";

    static string Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.ToString() : "";

    static Argument<string> Name() => new("name") { Description = "The webhook's name." };

    static Option<bool> Json() => new("--json") { Description = "Print JSON." };
}
