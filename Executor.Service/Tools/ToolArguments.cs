using System.Text.Json;
using System.Text.Json.Nodes;
using Agent.Contracts;
using Agent.Executor.Service.Workspaces;
using Agent.Journal;

namespace Agent.Executor.Service.Tools;

/// <summary>A model's arguments, read by name. Models write numbers and booleans as text now and then: taken when the meaning is plain.
/// What was read makes up the normalised form. Of a repeated name the last counts, for who judges and for who acts.</summary>
sealed class ToolArguments
{
    readonly JsonElement _arguments;
    readonly JsonObject _normalised = [];

    public ToolArguments(JsonElement arguments, ToolDescription tool)
    {
        _arguments = arguments.ValueKind is JsonValueKind.Object
            ? CanonicalJson.Ordered(arguments)
            : throw Refused(NoObject(arguments, tool));

        if (tool.Endpoint is not null)
        {
            // Its own server reads them.
            return;
        }

        var known = tool.Schema.GetProperty("properties").EnumerateObject().Select(property => property.Name).ToList();
        if (_arguments.EnumerateObject().Select(property => property.Name).FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            throw Refused($"{tool.Name} has no argument '{unknown}'; it takes {string.Join(", ", known)}.");
        }
    }

    // The model is told exactly what was wrong and what would be right: it asks again.
    static string NoObject(JsonElement arguments, ToolDescription tool)
    {
        const int Shown = 200;
        var wanted = tool.Schema.TryGetProperty("properties", out var properties) ? $" Send one JSON object; it takes {string.Join(", ", properties.EnumerateObject().Select(property => property.Name))}." : " Send one JSON object.";
        if (arguments.ValueKind != JsonValueKind.String)
        {
            return $"The arguments of {tool.Name} must be a JSON object, not {arguments.ValueKind}.{wanted}";
        }

        var text = arguments.GetString()!;
        try
        {
            using var read = JsonDocument.Parse(text);
            return $"The arguments of {tool.Name} must be a JSON object, not {read.RootElement.ValueKind}.{wanted}";
        }
        catch (JsonException mistake)
        {
            return $"The arguments of {tool.Name} are no JSON: `{(text.Length <= Shown ? text : text[..Shown] + "…")}` ({mistake.Message}).{wanted}";
        }
    }

    /// <summary>Canonical JSON of everything read so far.</summary>
    public JsonElement Normalised => CanonicalJson.Ordered(JsonSerializer.SerializeToElement(_normalised, ContractJson.Options));

    /// <summary>Canonical JSON of everything that was given.</summary>
    public JsonElement All => _arguments;

    public bool Has(string name) => Value(name) is not null;

    public string Text(string name) => OptionalText(name) ?? throw Refused($"The argument '{name}' is missing.");

    public string? OptionalText(string name)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            throw Refused($"The argument '{name}' must be text.");
        }

        _normalised[name] = value.GetString();
        return value.GetString();
    }

    public int Number(string name, int otherwise, int least, int most)
    {
        if (Value(name) is not { } value)
        {
            return otherwise;
        }

        var number = value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetDouble(out var real) => (int)Math.Clamp(real, int.MinValue, int.MaxValue),
            JsonValueKind.String when int.TryParse(value.GetString(), out var parsed) => parsed,
            _ => throw Refused($"The argument '{name}' must be a whole number."),
        };
        if (number < least || number > most)
        {
            throw Refused($"The argument '{name}' must lie between {least} and {most}, not {number}.");
        }

        _normalised[name] = number;
        return number;
    }

    public bool Flag(string name)
    {
        if (Value(name) is not { } value)
        {
            return false;
        }

        var flag = value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String when bool.TryParse(value.GetString(), out var parsed) => parsed,
            _ => throw Refused($"The argument '{name}' must be true or false."),
        };
        _normalised[name] = flag;
        return flag;
    }

    public IReadOnlyList<string> Texts(string name)
    {
        if (Value(name) is not { ValueKind: JsonValueKind.Array } value || value.GetArrayLength() == 0
            || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
        {
            throw Refused($"The argument '{name}' must be a list of texts, one for each word.");
        }

        List<string> texts = [.. value.EnumerateArray().Select(item => item.GetString()!)];
        if (texts.Any(text => text.Contains('\0')))
        {
            throw Refused($"The argument '{name}' holds a NUL character.");
        }

        _normalised[name] = JsonSerializer.SerializeToNode(texts, ContractJson.Options);
        return texts;
    }

    /// <summary>An object of texts; empty when it is not given.</summary>
    public IReadOnlyDictionary<string, string> TextMap(string name)
    {
        if (Value(name) is not { } value)
        {
            return new Dictionary<string, string>(StringComparer.Ordinal);
        }

        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Any(member => member.Value.ValueKind != JsonValueKind.String))
        {
            throw Refused($"The argument '{name}' must be an object whose members are texts.");
        }

        var map = value.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.OrdinalIgnoreCase);
        if (map.Any(member => member.Key.AsSpan().IndexOfAny("\r\n\0:") >= 0 || member.Value.AsSpan().IndexOfAny("\r\n\0") >= 0))
        {
            throw Refused($"The argument '{name}' holds line breaks.");
        }

        _normalised[name] = JsonSerializer.SerializeToNode(map, ContractJson.Options);
        return map;
    }

    /// <summary>A path, resolved in the workspace; its normalised form is relative to it.</summary>
    public WorkspacePath Path(Workspace workspace, string name, string? otherwise = null)
    {
        var given = OptionalText(name) ?? otherwise ?? throw Refused($"The argument '{name}' is missing.");
        switch (workspace.Resolve(given))
        {
            case PathResolution.Inside(var path):
                _normalised[name] = path.Relative;
                return path;
            case PathResolution.Refused(var reason):
                throw new ToolRefusedException(ToolRefusedException.Confinement, reason);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    public static ToolRefusedException Refused(string reason) => new(ToolRefusedException.Arguments, reason);

    JsonElement? Value(string name) =>
        _arguments.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;
}
