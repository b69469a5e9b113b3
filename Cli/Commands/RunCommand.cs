using System.CommandLine;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent run "goal"</c>: submits a goal and stays until it is done.</summary>
static class RunCommand
{
    public static Command Create(IDoorSource source)
    {
        var goal = new Argument<string>("goal") { Description = "What is to be done, in plain words." };
        var workspace = new Option<string?>("--workspace", "-w") { Description = "Directory the run may act in. Default: the current directory." };
        var key = new Option<string?>("--idempotency-key") { Description = "The same key and goal give the same run; a program that retries sets it." };
        var signOff = new Option<bool>("--sign-off") { Description = "A person signs the plan before anything of it begins: agent runs plan RUN." };
        var priority = new Option<int?>("--priority") { Description = "0 (last) to 9 (first) among runs that wait for the same slots. Default: 5." };
        var webhook = new Option<string?>("--webhook") { Description = "Name of a webhook that is told of this run's end: agent webhooks list." };
        var detach = new Option<bool>("--detach") { Description = "Print the run's id and do not wait." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of the report." };
        var command = new Command("run", "Run a goal and print its report.") { goal, workspace, key, signOff, priority, webhook, json };
        if (!source.IsOurs)
        {
            command.Add(detach);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            var wanted = Goals.Check(parsed.GetValue(goal)!);
            var directory = Workspaces.Check(parsed.GetValue(workspace) ?? Directory.GetCurrentDirectory());
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var run = await door.SubmitAsync(new WantedRun(wanted, directory, parsed.GetValue(signOff) ? true : null, parsed.GetValue(priority), parsed.GetValue(webhook)), parsed.GetValue(key) ?? Guid.CreateVersion7().ToString(), cancellationToken);
            if (!source.IsOurs && parsed.GetValue(detach))
            {
                talk.Answer(run.RunId.ToString());
                return (int)ExitCode.Done;
            }

            return (int)await RunSession.WatchAsync(source, door, run.RunId, talk, parsed.GetValue(json), cancellationToken);
        });
        return command;
    }
}

/// <summary>What a goal must be like before anything is started for it.</summary>
static class Goals
{
    public static string Check(string goal) => string.IsNullOrWhiteSpace(goal)
        ? throw new CommandException(ExitCode.Usage, "The goal is empty. Say what is to be done, for example: run \"Describe this repository\".")
        : goal;
}

/// <summary>What a workspace must be like before anything is started in it.</summary>
static class Workspaces
{
    public static string Check(string path)
    {
        var full = Path.GetFullPath(path);
        if (File.Exists(full))
        {
            throw new CommandException(ExitCode.Usage, $"The workspace {full} is a file. Give the directory it lies in: --workspace DIR");
        }

        if (!Directory.Exists(full))
        {
            throw new CommandException(ExitCode.Usage, $"The workspace {full} does not exist. Create it, or give another directory: --workspace DIR");
        }

        try
        {
            using var entries = Directory.EnumerateFileSystemEntries(full).GetEnumerator();
            entries.MoveNext();
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new CommandException(ExitCode.Usage, $"The workspace {full} can not be read. Give yourself read and search permission on it, or give another directory: --workspace DIR");
        }

        return Path.TrimEndingDirectorySeparator(full);
    }
}
