using System.CommandLine;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent bus queues | peek | requeue | purge</c>.</summary>
static class BusCommand
{
    public static Command Create(IDoorSource source) => new("bus", "Look after the bus's queues.")
    {
        Queues(source),
        Peek(source),
        Change(source, "requeue", "Send failed messages back to the queue they came from.", "would go back", "went back"),
        Change(source, "purge", "Remove messages that wait in a queue (name the error queue, <queue>_error, for failed ones).", "would be removed", "were removed"),
    };

    static Command Queues(IDoorSource source)
    {
        var json = Json();
        var command = new Command("queues", "List the queues: how much waits, is delayed, is being handled, has failed.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var list = await door.GetAsync<JsonElement>("bus/queues", cancellationToken);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(list);
                return (int)ExitCode.Done;
            }

            var rows = list.GetProperty("queues").EnumerateArray().Select(queue => (IReadOnlyList<string>)
                [Text(queue, "ready"), Text(queue, "delayed"), Text(queue, "leased"), Text(queue, "errors"), Age(queue), Text(queue, "consumers"), Text(queue, "name")]);
            talk.Answer(Columns.Of(["READY", "DELAYED", "LEASED", "ERRORS", "OLDEST", "CONSUMERS", "QUEUE"], rows));
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Peek(IDoorSource source)
    {
        var queue = new Argument<string>("queue") { Description = "The queue; <queue>_error for what failed." };
        var filter = new Filter();
        var json = Json();
        var command = new Command("peek", "Show the next messages of a queue; nothing is taken.") { queue, filter.Type, filter.Fault, filter.Id, filter.Limit, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var list = await door.GetAsync<JsonElement>($"bus/queues/{Uri.EscapeDataString(parsed.GetValue(queue)!)}/messages{filter.Query(parsed)}", cancellationToken);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(list);
            }
            else
            {
                Show(talk, list.GetProperty("messages"), parsed.GetValue(queue)!);
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Change(IDoorSource source, string verb, string description, string would, string did)
    {
        var queue = new Argument<string>("queue") { Description = "The queue." };
        var filter = new Filter();
        var olderThan = new Option<double?>("--older-than") { Description = "Only messages sent longer ago than this many seconds." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be done." };
        var json = Json();
        var command = new Command(verb, description) { queue, filter.Type, filter.Fault, filter.Id, filter.Limit, olderThan, dryRun, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var change = await door.PostAsync<JsonElement>($"bus/queues/{Uri.EscapeDataString(parsed.GetValue(queue)!)}/{verb}", filter.Order(parsed, parsed.GetValue(olderThan), parsed.GetValue(dryRun)), cancellationToken);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(change);
                return (int)ExitCode.Done;
            }

            var target = Text(change, "target");
            talk.Answer($"{Text(change, "count")} messages of {Text(change, "queue")} {(parsed.GetValue(dryRun) ? would : did)}{(target.Length > 0 ? $" to {target}" : "")}.");
            return (int)ExitCode.Done;
        });
        return command;
    }

    static void Show(Talk talk, JsonElement messages, string queue)
    {
        if (messages.GetArrayLength() == 0)
        {
            talk.Say($"Nothing waits in {queue}.");
            return;
        }

        var rows = messages.EnumerateArray().Select(message => (IReadOnlyList<string>)
            [Text(message, "id"), Text(message, "sent_at"), Types(message), Columns.Shorten(Text(message, "fault"), 100)]);
        talk.Answer(Columns.Of(["ID", "SENT", "TYPE", "FAULT"], rows));
    }

    static string Types(JsonElement message) =>
        message.TryGetProperty("types", out var types) && types.GetArrayLength() > 0 ? types[0].GetString()!.Replace("urn:message:", "", StringComparison.Ordinal) : "";

    static string Age(JsonElement queue) =>
        queue.TryGetProperty("oldest_age_ms", out var age) && age.ValueKind == JsonValueKind.Number ? $"{age.GetDouble() / 1000:0.0} s" : "";

    static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value.ToString() : "";

    static Option<bool> Json() => new("--json") { Description = "Print JSON." };

    /// <summary>Which messages.</summary>
    sealed class Filter
    {
        public Option<string?> Type { get; } = new("--type") { Description = "Only messages whose type's name has this in it." };

        public Option<string?> Fault { get; } = new("--fault") { Description = "Only messages whose fault or exception type has this in it." };

        public Option<string?> Id { get; } = new("--id") { Description = "Only the message with this id." };

        public Option<int?> Limit { get; } = new("--limit") { Description = "At most so many, the oldest first." };

        public string Query(ParseResult parsed) => string.Concat(
            Values(parsed).Where(pair => pair.Value is not null).Select((pair, i) => $"{(i == 0 ? '?' : '&')}{pair.Key}={Uri.EscapeDataString(pair.Value!)}"));

        public object Order(ParseResult parsed, double? olderThanSeconds, bool dryRun) => new
        {
            Type = parsed.GetValue(Type),
            Fault = parsed.GetValue(Fault),
            Id = parsed.GetValue(Id),
            Limit = parsed.GetValue(Limit),
            OlderThanSeconds = olderThanSeconds,
            DryRun = dryRun,
        };

        IEnumerable<(string Key, string? Value)> Values(ParseResult parsed) =>
            [("type", parsed.GetValue(Type)), ("fault", parsed.GetValue(Fault)), ("id", parsed.GetValue(Id)), ("limit", parsed.GetValue(Limit)?.ToString())];
    }
}
