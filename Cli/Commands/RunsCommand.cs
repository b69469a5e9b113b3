using System.CommandLine;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent runs list | show | watch | diff | plan | approve-plan | reject-plan | changes | promote | reject-changes</c>.</summary>
static class RunsCommand
{
    public static Command Create(IDoorSource source) => new("runs", "Look at runs, and answer for their plans and changes.")
    {
        List(source), Show(source), Watch(source), RunsDiffCommand.Create(source), RunsPlanCommands.Show(source), RunsPlanCommands.Approve(source), RunsPlanCommands.Reject(source),
        RunsChangesCommands.Show(source), RunsChangesCommands.Promote(source), RunsChangesCommands.Reject(source),
    };

    static Command List(IDoorSource source)
    {
        var state = new Option<string?>("--state") { Description = "Only runs in this state." };
        var limit = new Option<int>("--limit") { Description = "At most so many.", DefaultValueFactory = _ => 20 };
        var json = Json();
        var command = new Command("list", "List runs, newest first.") { state, limit, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var list = await door.RunsAsync(parsed.GetValue(state), parsed.GetValue(limit), cancellationToken);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(list);
            }
            else if (list.Runs.Count == 0)
            {
                talk.Say("There are no runs.");
            }
            else
            {
                talk.Answer(Columns.Of(
                    ["RUN", "STATE", "STEPS", "SUBMITTED", "GOAL"],
                    list.Runs.Select(run => (IReadOnlyList<string>)[run.RunId.ToString(), PlainProgress.StateName(run.State), $"{run.StepsDone}/{run.StepsTotal}", $"{run.SubmittedAt:yyyy-MM-dd HH:mm:ss}", Columns.Shorten(run.Goal, 80)])));
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Show(IDoorSource source)
    {
        var run = new Argument<Guid>("run") { Description = "The run's id." };
        var events = new Option<bool>("--events") { Description = "Every journal entry, a line each." };
        var json = Json();
        var command = new Command("show", "Show one run: its steps and report, or its whole journal.") { run, events, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var runId = parsed.GetValue(run);
            if (parsed.GetValue(events))
            {
                var entries = await door.GetAsync<JsonElement>($"runs/{runId}/events?after=0", cancellationToken);
                if (parsed.GetValue(json))
                {
                    talk.AnswerJson(entries);
                }
                else
                {
                    talk.Answer(JournalText.Of(entries));
                }

                return (int)ExitCode.Done;
            }

            if (parsed.GetValue(json))
            {
                talk.AnswerJson(await door.GetAsync<JsonElement>($"runs/{runId}", cancellationToken));
                return (int)ExitCode.Done;
            }

            var view = await door.RunAsync(runId, cancellationToken);
            talk.Answer(RunText.Of(view));
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Watch(IDoorSource source)
    {
        var run = new Argument<Guid>("run") { Description = "The run's id." };
        var json = Json();
        var command = new Command("watch", "Stay with a run until it has ended, then print its report.") { run, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            return (int)await RunSession.WatchAsync(source, door, parsed.GetValue(run), Talk.Of(parsed), parsed.GetValue(json), cancellationToken);
        });
        return command;
    }

    static Option<bool> Json() => new("--json") { Description = "Print JSON." };
}
