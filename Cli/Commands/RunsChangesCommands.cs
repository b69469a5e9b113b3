using System.CommandLine;
using System.Text;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;
using Agent.Contracts;

namespace Agent.Cli.Commands;

/// <summary><c>agent runs changes | promote | reject-changes</c>: a person reads what a run changed in its working copy and answers for it.</summary>
static class RunsChangesCommands
{
    public static Command Show(IDoorSource source)
    {
        var (run, json) = (Run(), new Option<bool>("--json") { Description = "Print JSON; \"digest\" in it is what --digest takes." });
        var diff = new Option<bool>("--diff") { Description = "The unified diff itself." };
        var command = new Command("changes", "Show what a run changed in its working copy, how the checks went, and whether it was promoted.") { run, diff, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var path = $"runs/{parsed.GetValue(run)}/changes";
            if (parsed.GetValue(json))
            {
                var view = await door.GetAsync<JsonElement>(path, cancellationToken);
                talk.AnswerJson(parsed.GetValue(diff) ? (object)new { changes = view, diff = await door.TextAsync(path + "/diff", cancellationToken) } : view);
                return (int)ExitCode.Done;
            }

            if (parsed.GetValue(diff))
            {
                talk.Answer(await door.TextAsync(path + "/diff", cancellationToken));
                return (int)ExitCode.Done;
            }

            var changes = await door.GetAsync<ChangesView>(path, cancellationToken);
            talk.Answer(Text(changes));
            if (changes.State == "waiting")
            {
                talk.Say($"Read it:     agent runs changes {changes.RunId} --diff\nPromote it:  agent runs promote {changes.RunId} --digest {changes.Digest}\nReject it:   agent runs reject-changes {changes.RunId} --reason \"…\"");
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    public static Command Promote(IDoorSource source)
    {
        var (run, digest, comment) = (Run(), Digest(), new Option<string?>("--comment") { Description = "Goes to the journal." });
        var command = new Command("promote", "Approve a run's changes: they are written to the workspace.") { run, digest, comment };
        command.SetAction((parsed, cancellationToken) => AnswerAsync(
            source, parsed, parsed.GetValue(run), parsed.GetValue(digest), "promote", parsed.GetValue(comment), "The changes are approved; they are written to the workspace.", cancellationToken));
        return command;
    }

    public static Command Reject(IDoorSource source)
    {
        var (run, digest, reason) = (Run(), Digest(), new Option<string>("--reason") { Description = "What is wrong with them.", Required = true });
        var command = new Command("reject-changes", "Reject a run's changes: the run ends, the workspace stays as it is.") { run, digest, reason };
        command.SetAction((parsed, cancellationToken) => AnswerAsync(
            source, parsed, parsed.GetValue(run), parsed.GetValue(digest), "reject", parsed.GetValue(reason), "The changes are rejected; the workspace stays as it is.", cancellationToken));
        return command;
    }

    static async Task<int> AnswerAsync(IDoorSource source, ParseResult parsed, Guid run, string? digest, string verb, string? comment, string done, CancellationToken cancellationToken)
    {
        var talk = Talk.Of(parsed);
        using var door = await source.OpenAsync(parsed, cancellationToken);
        if (digest is null)
        {
            // The answer is bound to what is shown here: if it is another by the time it arrives, the door refuses.
            var changes = await door.GetAsync<ChangesView>($"runs/{run}/changes", cancellationToken);
            talk.Say(Text(changes));
            digest = changes.Digest ?? throw new CommandException(ExitCode.Usage, $"Run {run} has no changes to answer for yet: it is {changes.State.Replace('_', ' ')}.");
        }

        await door.PostAsync<JsonElement>($"runs/{run}/changes/{verb}", new { digest, comment }, cancellationToken);
        talk.Say(done);
        return (int)ExitCode.Done;
    }

    static string Text(ChangesView view)
    {
        var text = new StringBuilder();
        text.AppendLine($"run      {view.RunId}");
        text.AppendLine($"state    {view.State.Replace('_', ' ')}{(view.Principal is { } who ? $", {who}{(view.Comment is { Length: > 0 } why ? $": {why}" : "")}" : "")}");
        if (view.Reason is { Length: > 0 } reason)
        {
            text.AppendLine($"reason   {reason}");
        }

        if (view.Digest is { } digest)
        {
            text.AppendLine($"digest   {digest}");
            text.AppendLine($"changes  {view.Added} added, {view.Changed} changed, {view.Removed} removed");
        }

        if (view.Directory is { } directory)
        {
            text.AppendLine($"copy     {directory}");
        }

        foreach (var file in view.Files)
        {
            text.AppendLine($"  {JsonNamingPolicy.SnakeCaseLower.ConvertName(file.Change.ToString()),-8} {file.Path}{(file.IsBinary ? $"  binary, {file.Size} bytes" : file.LinesAdded + file.LinesRemoved > 0 ? $"  +{file.LinesAdded} -{file.LinesRemoved}" : "")}{(file.Note is { } note ? $"  {note}" : "")}");
        }

        if (view.Added + view.Changed + view.Removed - view.Files.Count is > 0 and var more)
        {
            text.AppendLine($"  and {more} more; --diff has them");
        }

        foreach (var check in view.Checks)
        {
            text.AppendLine($"  check    {string.Join(' ', check.Argv)}: {check.State}{(check.ExitCode is { } code ? $", exit code {code}" : "")}");
        }

        foreach (var refused in view.Refused)
        {
            text.AppendLine($"  refused  {refused}");
        }

        if (view.LeftBehind.Count > 0)
        {
            text.AppendLine($"  not promoted, git ignores them or tools made them: {string.Join(", ", view.LeftBehind)}");
        }

        return text.ToString();
    }

    static Argument<Guid> Run() => new("run") { Description = "The run's id." };

    static Option<string?> Digest() => new("--digest") { Description = "The difference you have read; refused if it is no longer the present one." };

    sealed record ChangesView(
        Guid RunId, string State, string? Directory, string? Digest, int Added, int Changed, int Removed, IReadOnlyList<FileChange> Files, IReadOnlyList<string> LeftBehind,
        IReadOnlyList<CheckView> Checks, string? Reason, string? Principal, string? Comment, IReadOnlyList<string> Refused);

    sealed record CheckView(IReadOnlyList<string> Argv, string State, int? ExitCode);
}
