using System.CommandLine;

namespace Agent.Cli.Door;

/// <summary>How a command comes to a door: the suite that runs already, or one started for this command alone.</summary>
interface IDoorSource
{
    Task<DoorClient> OpenAsync(ParseResult parsed, CancellationToken cancellationToken);

    /// <summary>The suite ends with the command, so an interrupted command ends its run too.</summary>
    bool IsOurs { get; }
}

/// <summary>The suite that is running: found by <c>AGENT_DOOR_URL</c> and <c>AGENT_DOOR_KEY</c>, else by the <c>door.json</c> it wrote into its state directory.</summary>
sealed class FoundSuite : IDoorSource
{
    public bool IsOurs => false;

    public Task<DoorClient> OpenAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var address = DoorAddress.Find(Directory.GetCurrentDirectory(), AppContext.BaseDirectory, Environment.GetEnvironmentVariable);
        return Task.FromResult(new DoorClient(address));
    }
}
