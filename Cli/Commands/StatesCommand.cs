using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;
using Agent.Contracts;
using Agent.Guardrails;
using Agent.Journal.Audit;

namespace Agent.Cli.Commands;

/// <summary><c>agent states backtest --limits FILE</c>: which critical states would other thresholds have found?</summary>
static class StatesCommand
{
    public static Command Create(IDoorSource source) => new("states", "Supervision's critical states.") { Backtest(source) };

    static Command Backtest(IDoorSource source)
    {
        var limits = new Option<FileInfo>("--limits") { Description = "A limits.yaml with the thresholds to try.", Required = true };
        var since = new Option<string?>("--since") { Description = "How far back: 30d, 12h, 90m (default: everything)." };
        var state = new Option<string?>("--state") { Description = "Look at the audit files of this state directory, not at the runs in the store." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("backtest", "Look at recorded runs with other thresholds, and say which critical states would have been found.") { limits, since, state, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var text = await LimitsAsync(parsed.GetValue(limits)!, cancellationToken);
            var from = parsed.GetValue(since) is { } span ? TimeProvider.System.GetUtcNow() - TimeSpans.Read(span) : (DateTimeOffset?)null;
            var files = parsed.GetValue(state) is { } directory ? Files(directory, from) : null;
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var answer = files is null
                ? await door.PostAsync<BacktestAnswer>("states/backtest", new { limits = text, since = from }, cancellationToken)
                : await OfFilesAsync(door, text, files, cancellationToken);
            var talk = Talk.Of(parsed);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(answer);
            }
            else
            {
                talk.Answer(Text(answer));
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    /// <summary>Said here with every mistake, before anything is sent.</summary>
    static async Task<string> LimitsAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            var text = await File.ReadAllTextAsync(file.FullName, cancellationToken);
            var loaded = PolicyLimits.Load(text);
            return loaded.Limits is not null ? text : throw new CommandException(ExitCode.Usage, PolicyDirectory.Describe(file.FullName, loaded.Mistakes));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"The limits {file.FullName} can not be read: {unreadable.Message}");
        }
    }

    static List<string> Files(string stateDirectory, DateTimeOffset? since)
    {
        var audit = new AuditFiles(Path.GetFullPath(Path.Combine(stateDirectory, "audit")));
        return Directory.Exists(audit.Directory)
            ? [.. audit.Runs().Order().Select(audit.PathOf).Where(file => since is null || SubmittedAt(file) >= since)]
            : throw new CommandException(ExitCode.Usage, $"There are no audit files in {audit.Directory}. Name the suite's state directory with --state.");
    }

    static DateTimeOffset? SubmittedAt(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault() is { } line ? JsonElement.Parse(line).GetProperty("at").GetDateTimeOffset() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static async Task<BacktestAnswer> OfFilesAsync(DoorClient door, string limits, List<string> files, CancellationToken cancellationToken)
    {
        var answers = new List<BacktestAnswer>();
        foreach (var file in files)
        {
            // The last line of a run that is under way may be half written.
            var lines = (await File.ReadAllLinesAsync(file, cancellationToken)).Where(line => line.EndsWith('}')).ToList();
            answers.Add(await door.PostAsync<BacktestAnswer>("states/backtest", new { limits, journal = lines }, cancellationToken));
        }

        var states = answers.SelectMany(answer => answer.States).GroupBy(count => count.State).OrderBy(group => group.Key)
            .Select(group => new StateCount(group.Key, group.Sum(count => count.Recorded), group.Sum(count => count.Would), group.Sum(count => count.New), group.Sum(count => count.Gone)));
        return new BacktestAnswer(answers.Sum(answer => answer.Runs), [.. states], [.. answers.SelectMany(answer => answer.Differing)]);
    }

    static string Text(BacktestAnswer answer)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{answer.Runs} runs looked at; in {answer.Differing.Count} something else would have been found.");
        text.Append(Columns.Of(
            ["STATE", "RECORDED", "WOULD BE", "NEW", "GONE"],
            answer.States.Select(count => (IReadOnlyList<string>)[Name(count.State), Number(count.Recorded), Number(count.Would), Number(count.New), Number(count.Gone)])));
        foreach (var run in answer.Differing)
        {
            text.AppendLine($"{run.RunId}  {Columns.Shorten(run.Goal, 80)}");
            foreach (var difference in run.Differences)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {(difference.IsFirst ? "* " : "  ")}{difference.Change,-4}  {Name(difference.State)}{(difference.StepId is { } step ? $" in {step}.{difference.Attempt}" : "")} after entry {difference.Sequence}: {difference.Reason}");
            }
        }

        return answer.Differing.Count == 0 ? text.ToString() : text.AppendLine("* the first difference of its run: what came after is what happened, and may have gone another way").ToString();
    }

    static string Name(CriticalState state) => state.ToString().ToLowerInvariant();

    static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
