using System.CommandLine;
using Agent.Cli.Commands;
using Agent.Cli.Door;

namespace Agent.Cli;

/// <summary>The commands there are, and what holds for all of them.</summary>
static class AgentCommandLine
{
    public static RootCommand Create(IDoorSource door) => new("Runs goals with the agent suite. The answer is on stdout, everything else on stderr.")
    {
        RunCommand.Create(door),
        ResumeCommand.Create(door),
        OperatorCommand.Pause(door),
        OperatorCommand.Cancel(door),
        SteeringCommands.Retry(door),
        SteeringCommands.Tell(door),
        SteeringCommands.Judge(door),
        SteeringCommands.Prioritise(door),
        SteeringCommands.Replan(door),
        SteeringCommands.Fork(door),
        StepsCommand.Create(door),
        ReplayCommand.Create(door),
        StatesCommand.Create(door),
        RunsCommand.Create(door),
        BudgetsCommand.Create(door),
        ApprovalsCommand.Create(door),
        KeysCommand.Create(door),
        AuditCommand.Create(door),
        ToolsCommand.Create(door),
        McpCommand.Create(door),
        PoliciesCommand.Create(door),
        BusCommand.Create(door),
        SchedulesCommand.Create(door),
        TemplatesCommand.Create(door),
        WebhooksCommand.Create(door),
        KillSwitchCommands.StopAll(door),
        KillSwitchCommands.StartAll(door),
        KillSwitchCommands.Status(door),
        DoctorCommand.Create(door),
        SmokeCommand.Create(),
    };

    public static async Task<int> InvokeAsync(RootCommand root, string[] args, InvocationConfiguration? configuration = null)
    {
        configuration ??= new InvocationConfiguration();
        configuration.EnableDefaultExceptionHandler = false;
        configuration.ProcessTerminationTimeout = TimeSpan.FromSeconds(5);
        // An argument that begins with @ is an argument, not the name of a file with more of them.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await configuration.Error.WriteLineAsync(error.Message);
            }

            await configuration.Error.WriteLineAsync("--help says what there is.");
            return (int)ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(configuration);
        }
        catch (CommandException refused)
        {
            await configuration.Error.WriteLineAsync(refused.Message);
            return (int)refused.ExitCode;
        }
        catch (DoorException refused)
        {
            await configuration.Error.WriteLineAsync(refused.Message);
            return (int)refused.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return (int)ExitCode.Interrupted;
        }
        catch (Exception unforeseen)
        {
            await configuration.Error.WriteLineAsync($"This should not happen: {unforeseen.Message} ({unforeseen.GetType().Name})");
            return (int)ExitCode.Infrastructure;
        }
    }
}

/// <summary>A command can not do what it was asked; the message is for a person.</summary>
sealed class CommandException(ExitCode exitCode, string message) : Exception(message)
{
    public ExitCode ExitCode { get; } = exitCode;
}
