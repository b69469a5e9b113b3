using System.CommandLine;
using System.Text;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent schedules add | list | show | remove | pause | resume</c>.</summary>
static class SchedulesCommand
{
    public static Command Create(IDoorSource source) => new("schedules", "Run goals again and again.")
    {
        Add(source),
        List(source),
        Show(source),
        Remove(source),
        Turn(source, "pause", "Let no time of a schedule come.", "is paused"),
        Turn(source, "resume", "Let a schedule's times come again, from now on.", "goes on"),
    };

    static Command Add(IDoorSource source)
    {
        var (name, goal) = (Name(), new Argument<string>("goal") { Description = "What is to be done, in plain words." });
        var cron = new Option<string>("--cron") { Description = "\"30 2 * * 1-5\", or as Quartz writes it with seconds first: \"0 30 2 ? * MON-FRI\".", Required = true };
        var zone = new Option<string?>("--time-zone") { Description = "An IANA name, such as Europe/Berlin. Default: UTC." };
        var workspace = new Option<string?>("--workspace", "-w") { Description = "Directory its runs may act in. Default: the current directory." };
        var misfire = new Option<string>("--misfire") { Description = "Times missed while nothing ran: once (one run for all), skip or all.", DefaultValueFactory = _ => "once" };
        var overlap = new Option<string>("--overlap") { Description = "Times at which the run before is still open: skip or queue.", DefaultValueFactory = _ => "skip" };
        misfire.AcceptOnlyFromAmong("once", "skip", "all");
        overlap.AcceptOnlyFromAmong("skip", "queue");
        var signOff = new Option<bool>("--sign-off") { Description = "A person signs each run's plan." };
        var priority = new Option<int?>("--priority") { Description = "0 (last) to 9 (first)." };
        var webhook = new Option<string?>("--webhook") { Description = "Name of a webhook that is told of each run's end: agent webhooks list." };
        var json = Json();
        var command = new Command("add", "Add a schedule.") { name, goal, cron, zone, workspace, misfire, overlap, signOff, priority, webhook, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var body = new
            {
                name = parsed.GetValue(name),
                goal = Goals.Check(parsed.GetValue(goal)!),
                cron = parsed.GetValue(cron),
                time_zone = parsed.GetValue(zone),
                workspace = Workspaces.Check(parsed.GetValue(workspace) ?? Directory.GetCurrentDirectory()),
                misfire = parsed.GetValue(misfire),
                overlap = parsed.GetValue(overlap),
                sign_off = parsed.GetValue(signOff),
                priority = parsed.GetValue(priority),
                webhook = parsed.GetValue(webhook),
            };
            using var door = await source.OpenAsync(parsed, cancellationToken);
            Tell(Talk.Of(parsed), await door.PostAsync<JsonElement>("schedules", body, cancellationToken), parsed.GetValue(json));
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command List(IDoorSource source)
    {
        var json = Json();
        var command = new Command("list", "List the schedules with their next times.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var list = await door.GetAsync<JsonElement>("schedules", cancellationToken);
            var schedules = list.GetProperty("schedules").EnumerateArray().ToList();
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(list);
            }
            else if (schedules.Count == 0)
            {
                talk.Say("There are no schedules.");
            }
            else
            {
                talk.Answer(Columns.Of(
                    ["NAME", "NEXT", "CRON", "TIME ZONE", "GOAL"],
                    schedules.Select(one => (IReadOnlyList<string>)[Text(one, "name"), one.GetProperty("paused").GetBoolean() ? "paused" : Times(one).FirstOrDefault() ?? "never", Text(one, "cron"), Text(one, "time_zone"), Columns.Shorten(Text(one, "goal"), 60)])));
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Show(IDoorSource source)
    {
        var (name, json) = (Name(), Json());
        var command = new Command("show", "Show a schedule: its next times and what became of the last ones.") { name, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            Tell(Talk.Of(parsed), await door.GetAsync<JsonElement>(PathOf(parsed.GetValue(name)), cancellationToken), parsed.GetValue(json));
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Remove(IDoorSource source)
    {
        var name = Name();
        var command = new Command("remove", "Remove a schedule; its runs stay.") { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            await door.DeleteAsync(PathOf(parsed.GetValue(name)), cancellationToken);
            Talk.Of(parsed).Say($"Schedule {parsed.GetValue(name)} is removed.");
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Turn(IDoorSource source, string verb, string description, string done)
    {
        var name = Name();
        var command = new Command(verb, description) { name };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            await door.PostAsync<JsonElement>($"{PathOf(parsed.GetValue(name))}/{verb}", new { }, cancellationToken);
            Talk.Of(parsed).Say($"Schedule {parsed.GetValue(name)} {done}.");
            return (int)ExitCode.Done;
        });
        return command;
    }

    static void Tell(Talk talk, JsonElement schedule, bool json)
    {
        if (json)
        {
            talk.AnswerJson(schedule);
            return;
        }

        var text = new StringBuilder();
        text.AppendLine($"schedule   {Text(schedule, "name")}{(schedule.GetProperty("paused").GetBoolean() ? " (paused)" : "")}");
        text.AppendLine($"goal       {Text(schedule, "goal")}");
        text.AppendLine($"workspace  {Text(schedule, "workspace")}");
        text.AppendLine($"times      {Text(schedule, "cron")}  {Text(schedule, "time_zone")}; missed ones: {Text(schedule, "misfire")}; while the run before is open: {Text(schedule, "overlap")}");
        text.AppendLine($"added      by {Text(schedule, "principal")}");
        if (Text(schedule, "webhook") is { Length: > 0 } webhook)
        {
            text.AppendLine($"tells      {webhook} of each run's end");
        }

        foreach (var next in Times(schedule))
        {
            text.AppendLine($"next       {next}");
        }

        foreach (var time in schedule.GetProperty("recent").EnumerateArray())
        {
            text.AppendLine($"came       {time.GetProperty("at").GetDateTimeOffset():yyyy-MM-dd HH:mm:ss}Z  {(Text(time, "run_id") is { Length: > 0 } run ? $"run {run}" : $"no run: {Text(time, "why")}")}");
        }

        talk.Answer(text.ToString());
    }

    static IEnumerable<string> Times(JsonElement schedule) => schedule.GetProperty("next").EnumerateArray().Select(next => $"{next.GetDateTimeOffset():yyyy-MM-dd HH:mm:ss}Z");

    static string PathOf(string? name) => $"schedules/{Uri.EscapeDataString(name!)}";

    static string Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? value.ToString() : "";

    static Argument<string> Name() => new("name") { Description = "The schedule's name." };

    static Option<bool> Json() => new("--json") { Description = "Print JSON." };
}
