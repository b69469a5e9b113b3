using System.CommandLine;
using Agent.Cli.Comparing;
using Agent.Cli.Door;
using Agent.Cli.Output;
using Agent.Journal;
using Agent.Journal.Replaying;

namespace Agent.Cli.Commands;

/// <summary><c>agent runs diff A B</c>: what two runs have in common and where they part.</summary>
static class RunsDiffCommand
{
    public static Command Create(IDoorSource source)
    {
        var a = new Argument<string>("a") { Description = "A run's id, or a file with an exported journal." };
        var b = new Argument<string>("b") { Description = "The other." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("diff", "Compare two runs, such as a fork and its origin, and name the first entry at which they part.") { a, b, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var names = (string[])[parsed.GetValue(a)!, parsed.GetValue(b)!];
            using var door = names.Any(name => Guid.TryParse(name, out _)) ? await source.OpenAsync(parsed, cancellationToken) : null;
            var runs = new List<RecordedRun>();
            foreach (var name in names)
            {
                runs.Add(await ReadAsync(name, door, cancellationToken));
            }

            var difference = RunDifference.Of(runs[0], runs[1]);
            var talk = Talk.Of(parsed);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(difference);
            }
            else
            {
                talk.Answer(RunDifferenceText.Of(difference));
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    static async Task<RecordedRun> ReadAsync(string name, DoorClient? door, CancellationToken cancellationToken)
    {
        try
        {
            return RecordedRun.Parse(Guid.TryParse(name, out var runId)
                ? (await door!.TextAsync($"runs/{runId}/export", cancellationToken)).Split('\n')
                : await File.ReadAllLinesAsync(name, cancellationToken));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"{name} is neither a run's id nor a file that can be read: {unreadable.Message}");
        }
        catch (JournalFormatException broken)
        {
            throw new CommandException(ExitCode.Usage, $"{name} is no journal: {broken.Message}");
        }
    }
}
