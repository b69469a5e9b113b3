using System.Text.Json;
using System.Text.Json.Nodes;
using Agent.Contracts;

namespace Agent.Journal.Storage;

/// <summary>Lifts stored event data one version; a renamed type names its new self.</summary>
/// <example><c>new("StepFailed", 1, "StepFailed", data => data["code"] ??= "infrastructure")</c></example>
sealed record Upcast(string Type, int Version, string NewType, Action<JsonObject> Change);

/// <summary>Reads events of older versions. A change that a defaulted member can not express raises the type's version and adds an upcast from the one before;
/// what is stored is never rewritten.</summary>
sealed class EventVersions
{
    readonly Dictionary<(string Type, int Version), Upcast> _upcasts;
    readonly Dictionary<string, int> _current;

    public EventVersions(IEnumerable<Upcast> upcasts)
    {
        _upcasts = upcasts.ToDictionary(upcast => (upcast.Type, upcast.Version));
        _current = _upcasts.Values.GroupBy(upcast => upcast.NewType).ToDictionary(group => group.Key, group => group.Max(upcast => upcast.Version) + 1);
    }

    /// <summary>The upcasts of this program: none yet.</summary>
    public static EventVersions Known { get; } = new([]);

    /// <summary>The version new entries of this type are written with.</summary>
    public int Current(string type) => _current.GetValueOrDefault(type, 1);

    /// <exception cref="JournalFormatException">Not readable, or written by a newer program.</exception>
    public IRunEvent Read(string type, int version, ReadOnlySpan<byte> data)
    {
        try
        {
            return _upcasts.ContainsKey((type, version))
                ? Lift(type, version, JsonNode.Parse(data)!.AsObject())
                : (IRunEvent)JsonSerializer.Deserialize(data, TypeOf(type, version), ContractJson.Options)!;
        }
        catch (JsonException exception)
        {
            throw new JournalFormatException($"The data of a {type} can not be read: {exception.Message}", exception);
        }
    }

    IRunEvent Lift(string type, int version, JsonObject data)
    {
        while (_upcasts.TryGetValue((type, version), out var upcast))
        {
            upcast.Change(data);
            (type, version) = (upcast.NewType, version + 1);
        }

        return (IRunEvent)data.Deserialize(TypeOf(type, version), ContractJson.Options)!;
    }

    Type TypeOf(string type, int version) => version <= Current(type) && RunEventTypes.All.TryGetValue(type, out var known)
        ? known
        : throw new JournalFormatException($"The journal holds a {type} of version {version}, which this program does not know. It was written by a newer one: upgrade this service.");
}
