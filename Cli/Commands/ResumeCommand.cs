using System.CommandLine;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent resume RUN</c>: lets a run go on from its last checkpoint and stays with it.</summary>
static class ResumeCommand
{
    public static Command Create(IDoorSource source)
    {
        var run = new Argument<Guid>("run") { Description = "The run's id." };
        var detach = new Option<bool>("--detach") { Description = "Do not wait." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of the report." };
        var command = new Command("resume", "Let a run go on from its last checkpoint.") { run, detach, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            await door.ActAsync(parsed.GetValue(run), "resume", null, cancellationToken);
            return parsed.GetValue(detach)
                ? (int)ExitCode.Done
                : (int)await RunSession.WatchAsync(source, door, parsed.GetValue(run), talk, parsed.GetValue(json), cancellationToken);
        });
        return command;
    }
}
