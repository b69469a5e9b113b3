using System.CommandLine;
using System.Text;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent stop-all</c>, <c>start-all</c> and <c>status</c>: the kill switch.</summary>
static class KillSwitchCommands
{
    static readonly TimeSpan ProofWithin = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    public static Command StopAll(IDoorSource source)
    {
        var (comment, json) = (Comment(), Json());
        var command = new Command("stop-all", "Stop every dispatch and every running tool call of the installation, until start-all.") { comment, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var view = await door.PostAsync<JsonElement>("kill-switch/engage", new { comment = parsed.GetValue(comment) }, cancellationToken);

            // Engaged is engaged; that every instance holds still is worth waiting for, and worth saying when it does not come.
            var until = TimeProvider.System.GetTimestamp();
            while (!view.GetProperty("proven").GetBoolean() && TimeProvider.System.GetElapsedTime(until) < ProofWithin)
            {
                await Task.Delay(Between, cancellationToken);
                view = await door.GetAsync<JsonElement>("kill-switch", cancellationToken);
            }

            Tell(Talk.Of(parsed), view, parsed.GetValue(json));
            return (int)(view.GetProperty("proven").GetBoolean() ? ExitCode.Done : ExitCode.Infrastructure);
        });
        return command;
    }

    public static Command StartAll(IDoorSource source)
    {
        var (comment, json) = (Comment(), Json());
        var command = new Command("start-all", "Lift the kill switch: everything goes on from where it was stopped.") { comment, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            Tell(Talk.Of(parsed), await door.PostAsync<JsonElement>("kill-switch/lift", new { comment = parsed.GetValue(comment) }, cancellationToken), parsed.GetValue(json));
            return (int)ExitCode.Done;
        });
        return command;
    }

    public static Command Status(IDoorSource source)
    {
        var json = Json();
        var command = new Command("status", "Say whether work is stopped, by whom, and what each instance does about it.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            Tell(Talk.Of(parsed), await door.GetAsync<JsonElement>("kill-switch", cancellationToken), parsed.GetValue(json));
            return (int)ExitCode.Done;
        });
        return command;
    }

    static void Tell(Talk talk, JsonElement view, bool json)
    {
        if (json)
        {
            talk.AnswerJson(view);
            return;
        }

        var text = new StringBuilder();
        var engaged = view.GetProperty("engaged").GetBoolean();
        text.AppendLine(engaged
            ? $"All work is stopped: {Text(view, "principal")} engaged the kill switch at {view.GetProperty("at").GetDateTimeOffset():yyyy-MM-dd HH:mm:ss}Z{(Text(view, "comment") is { Length: > 0 } why ? $": {why}" : ".")}"
            : "Work goes on: the kill switch is not engaged.");
        if (engaged)
        {
            text.AppendLine(view.GetProperty("proven").GetBoolean() ? "Every instance holds still." : "Not every instance holds still yet:");
        }

        var instances = view.GetProperty("instances").EnumerateArray().ToList();
        if (instances.Count > 0)
        {
            text.AppendLine().Append(Columns.Of(
                ["INSTANCE", "HOLDS STILL", "IN FLIGHT", "SAID AT"],
                instances.Select(one => (IReadOnlyList<string>)[Text(one, "instance"), one.GetProperty("stopped").GetBoolean() ? "yes" : "no", Text(one, "in_flight"), $"{one.GetProperty("at").GetDateTimeOffset():HH:mm:ss}"])));
        }

        talk.Answer(text.ToString());
    }

    static string Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.ToString() : "";

    static Option<string?> Comment() => new("--comment") { Description = "Why; goes to every open run's journal." };

    static Option<bool> Json() => new("--json") { Description = "Print JSON." };
}
