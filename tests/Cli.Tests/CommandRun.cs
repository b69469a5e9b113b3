using System.CommandLine;
using Agent.Cli.Door;

namespace Agent.Cli.Tests;

/// <summary>One invocation of the command line, with what it wrote.</summary>
sealed record CommandRun(int ExitCode, string Output, string Error)
{
    public static async Task<CommandRun> OfAsync(IDoorSource door, params string[] args)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await AgentCommandLine.InvokeAsync(AgentCommandLine.Create(door), args, new InvocationConfiguration { Output = output, Error = error });
        return new CommandRun(code, output.ToString(), error.ToString());
    }
}

/// <summary>Leads to a given address, and counts how often it was asked for.</summary>
sealed class GivenDoor(Uri url, string key = FakeDoor.Key) : IDoorSource
{
    public bool IsOurs => false;

    public int Opened { get; private set; }

    public Task<DoorClient> OpenAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        Opened++;
        return Task.FromResult(new DoorClient(new DoorAddress(url, key, "door.json")));
    }
}
