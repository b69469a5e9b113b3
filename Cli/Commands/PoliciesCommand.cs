using System.CommandLine;
using Agent.Cli.Door;

namespace Agent.Cli.Commands;

/// <summary><c>agent policies …</c>: what is allowed, and why.</summary>
static class PoliciesCommand
{
    public static Command Create(IDoorSource door) => new("policies", "What is allowed, and why.")
    {
        PoliciesExplainCommand.Create(),
        PoliciesValidateCommand.Create(),
        PoliciesShowCommand.Create(),
        PoliciesReloadCommand.Create(door),
        PoliciesStatusCommand.Create(door),
        PoliciesSimulateCommand.Create(),
        PoliciesCanaryCommand.Create(door),
    };
}
