using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;
using Agent.Guardrails;

namespace Agent.Cli.Commands;

/// <summary><c>agent replay RUN|FILE</c>: plays a recorded run again, without model or tools.</summary>
static class ReplayCommand
{
    public static Command Create(IDoorSource source)
    {
        var run = new Argument<string>("run") { Description = "The run's id, or a file that `agent runs export` wrote." };
        var policies = new Option<string?>("--with-policy") { Description = "What would these policies have said? A policy directory." };
        var plan = new Option<FileInfo?>("--with-plan") { Description = "What would have followed from this plan? A JSON file." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("replay", "Play a recorded run again, without model or tools, and name the first entry that comes out otherwise.") { run, policies, plan, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var what = parsed.GetValue(run)!;
            var isRun = Guid.TryParse(what, out var runId);
            var body = new
            {
                run_id = isRun ? runId : (Guid?)null,
                journal = isRun ? null : await ReadAsync(what, cancellationToken),
                policy = parsed.GetValue(policies) is { } directory ? Files(directory) : null,
                plan = await PlanFile.ReadAsync(parsed.GetValue(plan), cancellationToken),
            };
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var replay = await door.PostAsync<ReplayView>("replays", body, cancellationToken);
            var talk = Talk.Of(parsed);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(replay);
            }
            else
            {
                talk.Answer(Text(replay));
            }

            return (int)(replay.Holds ? ExitCode.Done : ExitCode.ReviewFailed);
        });
        return command;
    }

    static string Text(ReplayView replay)
    {
        var taken = replay.TakenOver > 0 ? string.Create(CultureInfo.InvariantCulture, $" The first {replay.TakenOver} are another run's history, played again with that run.") : "";
        return replay.Divergence is not { } divergence
            ? $"Run {replay.RunId} replays: of {replay.Entries} entries {replay.Compared} were made again and came out the same; the others are facts from outside.{taken}"
            : $"Run {replay.RunId} diverges at entry {divergence.Sequence}{(divergence.Type.Length > 0 ? $" ({divergence.Type})" : "")}.\n  recorded  {divergence.Recorded}\n  expected  {divergence.Expected}\n{divergence.Why}{taken}";
    }

    static async Task<string[]> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllLinesAsync(file, cancellationToken);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"{file} is neither a run's id nor a file that can be read: {unreadable.Message}");
        }
    }

    static IReadOnlyDictionary<string, string> Files(string directory)
    {
        // Said here with every mistake, before anything is sent.
        PolicyDirectory.LoadValid(directory);
        return BundleFiles.Read(PolicyDirectory.Find(directory), PolicyDirectory.Settings);
    }

    sealed record ReplayView(Guid RunId, bool Holds, int Entries, int Compared, int TakenOver, DivergenceView? Divergence);

    sealed record DivergenceView(long Sequence, string Type, string Expected, string Recorded, string Why, string By);
}
