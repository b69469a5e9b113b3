using System.Text.Json;
using Agent.Contracts;
using Agent.Mcp.Gateway.Endpoints.Connections;

namespace Agent.Mcp.Gateway.Tools;

/// <summary>Remembers, across restarts, how each tool was defined when it was first seen or last accepted. A server that later changes what a tool says of itself
/// (the trick is known as a rug pull) gets that tool quarantined until a person accepts the new definition.</summary>
sealed class DefinitionPins(string directory, TimeProvider time)
{
    readonly Lock _lock = new();
    readonly Dictionary<string, SortedDictionary<string, Pin>> _loaded = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Pins what is new; answers the names of the tools that are not as pinned.</summary>
    public IReadOnlySet<string> Judge(string endpoint, IReadOnlyList<ToolDefinition> definitions)
    {
        lock (_lock)
        {
            var pins = Load(endpoint);
            var changed = new HashSet<string>(StringComparer.Ordinal);
            var dirty = false;
            foreach (var definition in definitions)
            {
                if (!pins.TryGetValue(definition.Name, out var pin))
                {
                    pins[definition.Name] = new(definition.Hash, definition.Json, time.GetUtcNow(), null, null, null);
                    dirty = true;
                }
                else if (pin.Hash == definition.Hash)
                {
                    if (pin.OfferedHash is not null)
                    {
                        pins[definition.Name] = pin with { OfferedHash = null, OfferedDefinition = null };
                        dirty = true;
                    }
                }
                else
                {
                    changed.Add(definition.Name);
                    if (pin.OfferedHash != definition.Hash)
                    {
                        pins[definition.Name] = pin with { OfferedHash = definition.Hash, OfferedDefinition = definition.Json };
                        dirty = true;
                    }
                }
            }

            if (dirty)
            {
                Save(endpoint, pins);
            }

            return changed;
        }
    }

    /// <summary>Takes the offered definition as the good one, if it is still the one the person saw.</summary>
    public bool Accept(string endpoint, string tool, string hash, string principal)
    {
        lock (_lock)
        {
            var pins = Load(endpoint);
            if (!pins.TryGetValue(tool, out var pin) || pin.OfferedHash != hash)
            {
                return false;
            }

            pins[tool] = new(hash, pin.OfferedDefinition!, time.GetUtcNow(), principal, null, null);
            Save(endpoint, pins);
            return true;
        }
    }

    public Pin? Find(string endpoint, string tool)
    {
        lock (_lock)
        {
            return Load(endpoint).GetValueOrDefault(tool);
        }
    }

    SortedDictionary<string, Pin> Load(string endpoint)
    {
        if (_loaded.TryGetValue(endpoint, out var pins))
        {
            return pins;
        }

        var path = PathOf(endpoint);
        try
        {
            pins = File.Exists(path) ? JsonSerializer.Deserialize<SortedDictionary<string, Pin>>(File.ReadAllBytes(path), ContractJson.Options) : null;
        }
        catch (JsonException problem)
        {
            // Starting over by itself would accept whatever the server says now.
            throw new EndpointUnavailableException($"The pinned definitions in {path} can not be read.", "Restore the file; or delete it, and what the endpoint offers then is pinned anew.", problem);
        }

        return _loaded[endpoint] = new(pins ?? [], StringComparer.Ordinal);
    }

    void Save(string endpoint, SortedDictionary<string, Pin> pins)
    {
        var path = PathOf(endpoint);
        try
        {
            Directory.CreateDirectory(directory);
            File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(pins, ContractJson.Options));
            File.Move(path + ".new", path, overwrite: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // What could not be kept must not count as known.
            _loaded.Remove(endpoint);
            throw new EndpointUnavailableException($"The pinned definitions can not be written to {path}: {problem.Message}", "Make room there, and make it writable for this user.", problem);
        }
    }

    string PathOf(string endpoint) => Path.Combine(directory, endpoint.ToLowerInvariant() + ".json");

    /// <param name="OfferedHash">What the endpoint offers instead; null when it offers what is pinned.</param>
    /// <param name="AcceptedBy">Null when pinned at first sight.</param>
    public sealed record Pin(string Hash, string Definition, DateTimeOffset PinnedAt, string? AcceptedBy, string? OfferedHash, string? OfferedDefinition);
}
