using System.CommandLine;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent retry</c>, <c>tell</c>, <c>judge</c>, <c>plan</c> and <c>fork</c>: an operator's hand on a run.</summary>
static class SteeringCommands
{
    public static Command Retry(IDoorSource source)
    {
        var (run, step, comment) = (RunArgument(), StepArgument(), new Option<string?>("--comment") { Description = "What the next attempt is to do differently." });
        var command = new Command("retry", "Try a step again from its beginning.") { run, step, comment };
        command.SetAction((parsed, cancellationToken) => ActAsync(
            source, parsed, $"runs/{parsed.GetValue(run)}/steps/{Uri.EscapeDataString(parsed.GetValue(step)!)}/retry", new { comment = parsed.GetValue(comment) },
            $"Step {parsed.GetValue(step)} is tried again.", cancellationToken));
        return command;
    }

    public static Command Tell(IDoorSource source)
    {
        var (run, text, step) = (RunArgument(), new Argument<string>("text") { Description = "What the models are told." }, new Option<string?>("--step") { Description = "Only this step." });
        var command = new Command("tell", "Say something into a running run.") { run, text, step };
        command.SetAction((parsed, cancellationToken) => ActAsync(
            source, parsed, $"runs/{parsed.GetValue(run)}/messages", new { text = parsed.GetValue(text), step_id = parsed.GetValue(step) }, "It is told with the next question to a model.", cancellationToken));
        return command;
    }

    public static Command Prioritise(IDoorSource source)
    {
        var (run, priority) = (RunArgument(), new Argument<int>("priority") { Description = "0 (last) to 9 (first); 5 is what a run has without one." });
        var comment = new Option<string?>("--comment") { Description = "Why; goes to the journal." };
        var command = new Command("priority", "Change where a run stands among those that wait for the same slots.") { run, priority, comment };
        command.SetAction((parsed, cancellationToken) => ActAsync(
            source, parsed, $"runs/{parsed.GetValue(run)}/priority", new { priority = parsed.GetValue(priority), comment = parsed.GetValue(comment) },
            $"Run {parsed.GetValue(run)} has priority {parsed.GetValue(priority)}.", cancellationToken));
        return command;
    }

    public static Command Judge(IDoorSource source)
    {
        var (run, step, comment) = (RunArgument(), StepArgument(), new Option<string?>("--comment") { Description = "Why; goes to the journal." });
        var accept = new Option<bool>("--accept") { Description = "The answer is good." };
        var refuse = new Option<bool>("--refuse") { Description = "The answer is not to be had: the run ends." };
        var command = new Command("judge", "Accept or refuse a step's answer in the reviewer's place.") { run, step, accept, refuse, comment };
        command.Validators.Add(result =>
        {
            if (result.GetValue(accept) == result.GetValue(refuse))
            {
                result.AddError("Say either --accept or --refuse.");
            }
        });
        command.SetAction((parsed, cancellationToken) => ActAsync(
            source, parsed, $"runs/{parsed.GetValue(run)}/steps/{Uri.EscapeDataString(parsed.GetValue(step)!)}/judge", new { accept = parsed.GetValue(accept), comment = parsed.GetValue(comment) },
            $"Step {parsed.GetValue(step)} is judged.", cancellationToken));
        return command;
    }

    public static Command Fork(IDoorSource source)
    {
        var run = RunArgument();
        var at = new Option<long?>("--at") { Description = "The last journal entry to take over (agent runs show RUN --events). Default: all up to the end." };
        var plan = new Option<FileInfo?>("--plan") { Description = "A JSON file with the plan to go on with." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("fork", "Make a new run of this one's history up to a checkpoint.") { run, at, plan, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var body = new { sequence = parsed.GetValue(at), plan = await PlanFile.ReadAsync(parsed.GetValue(plan), cancellationToken) };
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var fork = await door.PostAsync<RunAccepted>($"runs/{parsed.GetValue(run)}/fork", body, cancellationToken);
            var talk = Talk.Of(parsed);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(fork);
            }
            else
            {
                talk.Answer($"{fork.RunId}");
                talk.Say($"Run {parsed.GetValue(run)} goes on as {fork.RunId}. Watch it: agent runs watch {fork.RunId}");
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    public static Command Replan(IDoorSource source)
    {
        var (run, plan) = (RunArgument(), new Argument<FileInfo>("file") { Description = "A JSON file with the plan." });
        var comment = new Option<string?>("--comment") { Description = "Why; goes to the journal." };
        var command = new Command("plan", "Go on with another plan; finished steps that keep their id are kept.") { run, plan, comment };
        command.SetAction(async (parsed, cancellationToken) => await ActAsync(
            source, parsed, $"runs/{parsed.GetValue(run)}/plan", new { plan = await PlanFile.ReadAsync(parsed.GetValue(plan), cancellationToken), comment = parsed.GetValue(comment) }, "The plan is proposed.", cancellationToken));
        return command;
    }

    static Argument<Guid> RunArgument() => new("run") { Description = "The run's id." };

    static Argument<string> StepArgument() => new("step") { Description = "The step's id." };

    static async Task<int> ActAsync(IDoorSource source, ParseResult parsed, string path, object body, string done, CancellationToken cancellationToken)
    {
        using var door = await source.OpenAsync(parsed, cancellationToken);
        await door.PostAsync<JsonElement>(path, body, cancellationToken);
        Talk.Of(parsed).Say(done);
        return (int)ExitCode.Done;
    }
}
