namespace Agent.Cli.Door;

/// <summary>The door refused or does not answer.</summary>
/// <param name="passing">It may answer later: whoever watches goes on trying.</param>
sealed class DoorException(ExitCode exitCode, bool passing, string message, string? code = null) : Exception(message)
{
    public ExitCode ExitCode { get; } = exitCode;

    public bool Passing { get; } = passing;

    public string? Code { get; } = code;
}
