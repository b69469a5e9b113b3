using System.Text.Json;
using Agent.Contracts;

namespace Agent.Cli.Door;

/// <summary>Where the door is, and the key to it.</summary>
/// <param name="FoundIn">What said so, for messages.</param>
sealed record DoorAddress(Uri Url, string Key, string FoundIn)
{
    const string StartIt = "Start the suite with `dotnet run --project AppHost`, or set AGENT_DOOR_URL and AGENT_DOOR_KEY.";

    public static DoorAddress Find(string workingDirectory, string programDirectory, Func<string, string?> variable)
    {
        var url = variable("AGENT_DOOR_URL");
        var key = variable("AGENT_DOOR_KEY");
        if (url is { Length: > 0 })
        {
            return Uri.TryCreate(url, UriKind.Absolute, out var given) && given.Scheme is "http" or "https"
                ? new DoorAddress(given, key ?? "", "AGENT_DOOR_URL")
                : throw new CommandException(ExitCode.Usage, $"AGENT_DOOR_URL is '{url}', which is no http address. It looks like http://127.0.0.1:7081.");
        }

        var file = Candidates(workingDirectory, programDirectory, variable("AGENT_STATE_DIR")).FirstOrDefault(File.Exists)
            ?? throw new CommandException(ExitCode.Infrastructure, $"No suite is running here (there is no door.json in the state directory). {StartIt}");
        return Read(file, key);
    }

    static DoorAddress Read(string file, string? key)
    {
        try
        {
            var door = JsonSerializer.Deserialize<DoorFile>(File.ReadAllText(file), ContractJson.Options) ?? throw new JsonException("null");
            return new DoorAddress(new Uri(door.Url ?? ""), key ?? door.Key ?? "", file);
        }
        catch (Exception exception) when (exception is JsonException or UriFormatException)
        {
            throw new CommandException(ExitCode.Infrastructure, $"{file} can not be read: it is not what the suite writes. Remove it and start the suite again.");
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Infrastructure, $"{file} belongs to another user, so this suite is not yours to command. Set AGENT_DOOR_URL and AGENT_DOOR_KEY if you were given a key.");
        }
    }

    static IEnumerable<string> Candidates(string workingDirectory, string programDirectory, string? stateDirectory)
    {
        if (stateDirectory is { Length: > 0 })
        {
            return [Path.Combine(stateDirectory, "door.json")];
        }

        return Upwards(workingDirectory).Concat(Upwards(programDirectory)).Select(directory => Path.Combine(directory, ".agent", "door.json"));
    }

    static IEnumerable<string> Upwards(string directory)
    {
        for (var at = new DirectoryInfo(directory); at is not null; at = at.Parent)
        {
            yield return at.FullName;
        }
    }

    sealed record DoorFile(string? Url, string? Key);
}
