using System.Text.Json;

namespace Agent.Mcp.Gateway.Endpoints.Settings;

/// <summary>Reads the fields of one JSON object and notes every mistake instead of stopping at the first.
/// Names may be snake_case or camelCase: files come over from other MCP clients.</summary>
sealed class EntryReader
{
    readonly string _file;
    readonly JsonPlace _place;
    readonly List<Mistake> _mistakes;
    readonly Dictionary<string, JsonPlace> _fields = new(StringComparer.Ordinal);
    readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public EntryReader(string file, JsonPlace place, List<Mistake> mistakes)
    {
        (_file, _place, _mistakes) = (file, place, mistakes);
        if (place.Kind != JsonValueKind.Object)
        {
            Wrong(place, $"This is {Describe(place)}, not an object.", "Write { … }.");
        }

        foreach (var (name, value) in place.Properties)
        {
            if (!_fields.TryAdd(Plain(name), value))
            {
                Wrong(value, $"'{name}' is given twice.", "Keep one of them.");
            }
        }
    }

    public JsonPlace? Field(string name)
    {
        _known.Add(name);
        return _fields.TryGetValue(Plain(name), out var value) && value.Kind != JsonValueKind.Null ? value : null;
    }

    public string? Text(string name)
    {
        if (Field(name) is not { } value)
        {
            return null;
        }

        if (value.Kind != JsonValueKind.String)
        {
            Wrong(value, $"This is {Describe(value)}, not text.", "Write it in quotes.");
            return null;
        }

        return value.Text;
    }

    public bool Flag(string name, bool otherwise)
    {
        if (Field(name) is not { } value)
        {
            return otherwise;
        }

        if (value.Kind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Wrong(value, $"This is {Describe(value)}, not true or false.", "Write true or false without quotes.");
        }

        return value.Kind == JsonValueKind.True;
    }

    public double Number(string name, double otherwise, double least, double most)
    {
        if (Field(name) is not { } value)
        {
            return otherwise;
        }

        if (value.Kind == JsonValueKind.Number && value.Number >= least && value.Number <= most)
        {
            return value.Number;
        }

        Wrong(value, $"{Describe(value)} is not a number from {least} to {most}.", $"The default is {otherwise}.");
        return otherwise;
    }

    public int Count(string name, int otherwise, int least, int most)
    {
        var number = Number(name, otherwise, least, most);
        if (number == Math.Floor(number))
        {
            return (int)number;
        }

        Wrong(Field(name)!, $"{number} is not a whole number.", $"The default is {otherwise}.");
        return otherwise;
    }

    public TimeSpan Duration(string name, TimeSpan otherwise, TimeSpan least, TimeSpan most)
    {
        if (Field(name) is not { } value)
        {
            return otherwise;
        }

        if (Durations.Parse(value) is not { } duration)
        {
            Wrong(value, $"{Describe(value)} is not a duration.", Durations.Forms);
            return otherwise;
        }

        if (duration < least || duration > most)
        {
            Wrong(value, $"{Describe(value)} is not between {least:c} and {most:c}.", $"The default is {otherwise:c}.");
            return otherwise;
        }

        return duration;
    }

    public IReadOnlyList<string> Texts(string name, IReadOnlyList<string> otherwise)
    {
        if (Field(name) is not { } value)
        {
            return otherwise;
        }

        if (value.Kind != JsonValueKind.Array || value.Items.Exists(item => item.Kind != JsonValueKind.String))
        {
            Wrong(value, $"This is {Describe(value)}, not a list of texts.", "Write [\"…\", \"…\"].");
            return otherwise;
        }

        return [.. value.Items.Select(item => item.Text)];
    }

    /// <summary>An object of texts; each value's place, for checks of its own.</summary>
    public IReadOnlyDictionary<string, JsonPlace> Map(string name)
    {
        var map = new Dictionary<string, JsonPlace>(StringComparer.Ordinal);
        if (Field(name) is not { } value)
        {
            return map;
        }

        if (value.Kind != JsonValueKind.Object)
        {
            Wrong(value, $"This is {Describe(value)}, not an object.", "Write { \"NAME\": \"value\" }.");
        }

        foreach (var (key, item) in value.Properties)
        {
            if (item.Kind != JsonValueKind.String)
            {
                Wrong(item, $"This is {Describe(item)}, not text.", "Write the value in quotes.");
            }
            else if (!map.TryAdd(key, item))
            {
                Wrong(item, $"'{key}' is given twice.", "Keep one of them.");
            }
        }

        return map;
    }

    public EntryReader? Entry(string name) => Field(name) is { } value ? new EntryReader(_file, value, _mistakes) : null;

    public void Wrong(JsonPlace place, string what, string cure) => _mistakes.Add(new(_file, place.Line, place.Path, what, cure));

    public void Wrong(string what, string cure) => Wrong(_place, what, cure);

    /// <summary>Call last: whatever was not asked for is a slip of the hand.</summary>
    public void NothingElse()
    {
        foreach (var (name, value) in _place.Properties)
        {
            if (_known.Any(known => Plain(known) == Plain(name)) || name.StartsWith("//", StringComparison.Ordinal) || name == "$schema")
            {
                continue;
            }

            var near = _known.MinBy(known => Distance(Plain(known), Plain(name)));
            var cure = near is not null && Distance(Plain(near), Plain(name)) <= 3 ? $"Did you mean '{near}'?" : $"Known here: {string.Join(", ", _known.Order(StringComparer.Ordinal))}.";
            Wrong(value, $"'{name}' is not known.", cure);
        }
    }

    static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    static string Describe(JsonPlace place) => place.Kind switch
    {
        JsonValueKind.String => $"\"{place.Text}\"",
        JsonValueKind.Number => place.Text,
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.Null => "null",
        _ => place.Kind.ToString().ToLowerInvariant(),
    };

    static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }

        return row[^1];
    }
}
