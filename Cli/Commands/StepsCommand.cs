using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;
using Agent.Contracts;

namespace Agent.Cli.Commands;

/// <summary><c>agent steps resolve RUN STEP --happened | --did-not | --check …</c>: the three answers there are to a call of unknown outcome.</summary>
static class StepsCommand
{
    const string Checked = nameof(ToolCallChecked);
    const string Resolved = nameof(ToolCallResolved);

    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    public static Command Create(IDoorSource source) => new("steps", "Answer what a step waits for.") { Resolve(source) };

    static Command Resolve(IDoorSource source)
    {
        var run = new Argument<Guid>("run") { Description = "The run's id." };
        var step = new Argument<string>("step") { Description = "The step's id." };
        var happened = new Option<bool>("--happened") { Description = "The call did its work: it is not made again." };
        var didNot = new Option<bool>("--did-not") { Description = "It did not: it is made, if policy still allows it." };
        var check = new Option<string?>("--check") { Description = "Find out: a command that only reads, such as \"cat release.log\"." };
        var tool = new Option<string?>("--check-tool") { Description = "Find out: a tool that only reads, in place of a command." };
        var arguments = new Option<string?>("--arguments") { Description = "The arguments of --check-tool, a JSON object." };
        var expect = new Option<string?>("--expect") { Description = "The call happened if the check shows this text, and did not if it does not. Without it you decide by what is shown." };
        var call = new Option<string?>("--call") { Description = "Which call, if the step has several of unknown outcome, such as push.1#1 (quote it)." };
        var comment = new Option<string?>("--comment") { Description = "Why; goes to the journal." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("resolve", "Say what became of a call whose outcome is unknown, or have it checked.") { run, step, happened, didNot, check, tool, arguments, expect, call, comment, json };
        command.Validators.Add(result =>
        {
            var isCheck = result.GetValue(check) is not null || result.GetValue(tool) is not null;
            if (new[] { result.GetValue(happened), result.GetValue(didNot), isCheck }.Count(said => said) != 1 || (result.GetValue(check) is not null && result.GetValue(tool) is not null))
            {
                result.AddError("Say one of --happened, --did-not, --check COMMAND and --check-tool TOOL.");
            }

            if ((!isCheck && result.GetValue(expect) is not null) || (result.GetValue(tool) is null && result.GetValue(arguments) is not null))
            {
                result.AddError("--expect goes with a check, --arguments with --check-tool.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (runId, stepId, talk) = (parsed.GetValue(run), parsed.GetValue(step)!, Talk.Of(parsed));
            var wanted = parsed.GetValue(check) is { } line ? (object)new { tool = "run_command", arguments = (object)new { argv = CommandWords.Of(line) }, expect = parsed.GetValue(expect) }
                : parsed.GetValue(tool) is { } name ? new { tool = name, arguments = (object)Arguments(parsed.GetValue(arguments)), expect = parsed.GetValue(expect) }
                : null;
            var body = new { call = parsed.GetValue(call), happened = wanted is null ? parsed.GetValue(happened) : (bool?)null, check = wanted, comment = parsed.GetValue(comment) };
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var before = wanted is null ? 0 : (await door.RunAsync(runId, cancellationToken)).JournalLength;
            var taken = await door.PostAsync<JsonElement>($"runs/{runId}/steps/{Uri.EscapeDataString(stepId)}/resolve", body, cancellationToken);
            if (wanted is not null)
            {
                var (made, answer) = await CheckedAsync(door, runId, stepId, parsed.GetValue(call), before, cancellationToken);
                return (int)Tell(talk, stepId, made, answer, parsed.GetValue(json));
            }

            if (parsed.GetValue(json))
            {
                talk.AnswerJson(taken);
            }
            else
            {
                talk.Say(parsed.GetValue(happened) ? $"Step {stepId} goes on; the call is not made again." : $"Step {stepId} goes on; the call is made, if policy still allows it.");
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    /// <summary>What the check showed, and the answer that followed from it; null if a person is to say it.</summary>
    static async Task<(JsonElement Made, JsonElement? Answer)> CheckedAsync(DoorClient door, Guid runId, string stepId, string? call, long after, CancellationToken cancellationToken)
    {
        while (true)
        {
            var news = (await door.GetAsync<JsonElement>($"runs/{runId}/events?after={after}", cancellationToken)).EnumerateArray().ToList();
            if (news.Find(entry => Is(entry, Checked)) is { ValueKind: JsonValueKind.Object } made)
            {
                var number = made.GetProperty("data").GetProperty("check").GetInt32();
                var answer = news.Find(entry => Is(entry, Resolved) && entry.GetProperty("data").TryGetProperty("check", out var by) && by.GetInt32() == number);
                return (made.GetProperty("data"), answer.ValueKind == JsonValueKind.Object ? answer.GetProperty("data") : null);
            }

            if (news.Find(entry => entry.GetProperty("type").GetString() == nameof(RunEnded)) is { ValueKind: JsonValueKind.Object })
            {
                throw new CommandException(ExitCode.Infrastructure, $"Run {runId} ended before the check was made.");
            }

            await Task.Delay(LookEvery, TimeProvider.System, cancellationToken);
        }

        bool Is(JsonElement entry, string type) =>
            entry.GetProperty("type").GetString() == type
            && entry.GetProperty("data").GetProperty("step_id").GetString() == stepId
            && (call is null || entry.GetProperty("data").GetProperty("call_id").GetString() == call);
    }

    static ExitCode Tell(Talk talk, string stepId, JsonElement made, JsonElement? answer, bool json)
    {
        var allowed = made.GetProperty("decision").GetString() == "allow";
        bool? happened = answer?.GetProperty("happened").GetBoolean();
        if (json)
        {
            talk.AnswerJson(new { made = allowed, happened, check = made });
        }
        else
        {
            talk.Answer(made.GetProperty("output").GetString()!);
            talk.Say(!allowed ? $"The check was not made: {made.GetProperty("reason").GetString()}"
                : happened is { } clear ? $"So {made.GetProperty("call_id").GetString()} {(clear ? "happened, and is not made again" : "did not happen, and is made if policy still allows it")}."
                : string.Create(CultureInfo.InvariantCulture, $"Nothing is decided by it. Say --happened or --did-not for step {stepId}, or check something else."));
        }

        return !allowed ? ExitCode.DeniedByPolicy : happened is null ? ExitCode.WaitingForApproval : ExitCode.Done;
    }

    static JsonElement Arguments(string? text)
    {
        try
        {
            return JsonElement.Parse(text ?? "{}") is { ValueKind: JsonValueKind.Object } arguments ? arguments : throw new JsonException("It is not a JSON object.");
        }
        catch (JsonException malformed)
        {
            throw new CommandException(ExitCode.Usage, $"--arguments holds no arguments: {malformed.Message} Write a JSON object, such as '{{\"path\":\"release.log\"}}'.");
        }
    }
}
