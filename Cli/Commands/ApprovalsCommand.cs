using System.CommandLine;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent approvals list | show | approve | deny | standing</c>.</summary>
static class ApprovalsCommand
{
    static readonly string[] States = ["pending", "approved", "denied", "expired", "void", "all"];

    public static Command Create(IDoorSource source) => new("approvals", "Look at calls that wait for a person, and answer them.")
    {
        List(source),
        Show(source),
        Approve(source),
        Deny(source),
        StandingCommand.Create(source),
    };

    static Command List(IDoorSource source)
    {
        var state = new Option<string>("--state") { Description = "pending (default), approved, denied, expired, void or all." };
        state.AcceptOnlyFromAmong(States);
        var json = Json();
        var command = new Command("list", "List what waits for a person, over all runs.") { state, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var list = await door.GetAsync<JsonElement>("approvals" + (parsed.GetValue(state) is { } wanted ? "?state=" + wanted : ""), cancellationToken);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(list);
                return (int)ExitCode.Done;
            }

            var rows = list.GetProperty("approvals").EnumerateArray().Select(call => (IReadOnlyList<string>)
                [Text(call, "run_id"), Text(call, "call_id"), State(call), Text(call, "tool"), Text(call, "rule"), Columns.Shorten(Text(call, "arguments"), 80)]).ToList();
            if (rows.Count == 0)
            {
                talk.Say("Nothing waits for a person.");
            }
            else
            {
                talk.Answer(Columns.Of(["RUN", "CALL", "STATE", "TOOL", "RULE", "ARGUMENTS"], rows));
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Show(IDoorSource source)
    {
        var (run, call, json) = (RunArgument(), CallArgument(), Json());
        var command = new Command("show", "Show one question: what is asked, what the answer is bound to, who has answered.") { run, call, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var question = await QuestionAsync(door, parsed.GetValue(run), parsed.GetValue(call)!, cancellationToken);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(question);
            }
            else
            {
                talk.Answer(QuestionText.Of(question));
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Approve(IDoorSource source)
    {
        var (run, call, comment) = (RunArgument(), CallArgument(), Comment());
        var arguments = new Option<FileInfo?>("--arguments") { Description = "A JSON file with the arguments to approve instead; the guardrails judge them too." };
        var digest = new Option<string?>("--digest") { Description = "Of the question as `approvals show` gave it: refused if it has changed since. Default: as it is now, shown first." };
        var command = new Command("approve", "Let a call be made, exactly as shown.") { run, call, arguments, comment, digest };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            var edited = await ArgumentsAsync(parsed.GetValue(arguments), cancellationToken);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var (runId, callId, seen) = (parsed.GetValue(run), parsed.GetValue(call)!, parsed.GetValue(digest));
            if (seen is null)
            {
                var question = await QuestionAsync(door, runId, callId, cancellationToken);
                talk.Say(QuestionText.Of(question).TrimEnd());
                seen = Text(question, "digest");
            }

            await door.PostAsync<JsonElement>(Path(runId, callId), new { approve = true, comment = parsed.GetValue(comment), arguments = edited, digest = seen }, cancellationToken);
            var now = await QuestionAsync(door, runId, callId, cancellationToken);
            talk.Say(State(now) == "pending"
                ? $"Your yes to {callId} is noted; {now.GetProperty("approvers").GetInt32()} different people must say it."
                : $"Call {callId} is approved{(edited is null ? "" : " with these arguments")}.");
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Deny(IDoorSource source)
    {
        var (run, call, comment) = (RunArgument(), CallArgument(), Comment());
        var command = new Command("deny", "Do not let a call be made; the model is told, with the comment.") { run, call, comment };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            await door.PostAsync<JsonElement>(Path(parsed.GetValue(run), parsed.GetValue(call)!), new { approve = false, comment = parsed.GetValue(comment) }, cancellationToken);
            Talk.Of(parsed).Say($"Call {parsed.GetValue(call)} is denied.");
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Task<JsonElement> QuestionAsync(DoorClient door, Guid run, string call, CancellationToken cancellationToken) => door.GetAsync<JsonElement>(Path(run, call), cancellationToken);

    static string Path(Guid run, string call) => $"runs/{run}/approvals/{Uri.EscapeDataString(call)}";

    static async Task<JsonElement?> ArgumentsAsync(FileInfo? file, CancellationToken cancellationToken)
    {
        if (file is null)
        {
            return null;
        }

        try
        {
            await using var text = file.OpenRead();
            using var document = await JsonDocument.ParseAsync(text, default, cancellationToken);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw new JsonException("It is not a JSON object.");
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandException(ExitCode.Usage, $"{file.FullName} holds no arguments: {unusable.Message} Write the whole JSON object, as `approvals show` prints it under arguments.");
        }
    }

    static Argument<Guid> RunArgument() => new("run") { Description = "The run's id." };

    static Argument<string> CallArgument() => new("call") { Description = "The call's id, such as push.1#1 (quote it: # begins a comment in a shell)." };

    static Option<string?> Comment() => new("--comment") { Description = "Why; goes to the journal." };

    static Option<bool> Json() => new("--json") { Description = "Print JSON." };

    static string State(JsonElement call) => Text(call, "question") == "resolve" ? "unknown" : Text(call, "state");

    static string Text(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? value.ToString() : "";
}
