using System.CommandLine;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent pause RUN</c> and <c>agent cancel RUN</c>.</summary>
static class OperatorCommand
{
    public static Command Pause(IDoorSource source) => Create(source, "pause", "Start nothing new for a run, and end its running tool calls.", "is paused");

    public static Command Cancel(IDoorSource source) => Create(source, "cancel", "End a run; what it has so far is kept.", "is cancelled");

    static Command Create(IDoorSource source, string verb, string description, string done)
    {
        var run = new Argument<Guid>("run") { Description = "The run's id." };
        var comment = new Option<string?>("--comment") { Description = "Why; goes to the journal." };
        var command = new Command(verb, description) { run, comment };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            await door.ActAsync(parsed.GetValue(run), verb, parsed.GetValue(comment), cancellationToken);
            Talk.Of(parsed).Say($"Run {parsed.GetValue(run)} {done}.");
            return (int)ExitCode.Done;
        });
        return command;
    }
}
