using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Agent.Guardrails.Yaml;

/// <summary>Reads one mapping, key by key, and reports what does not fit: unknown keys, wrong kinds, bad values.</summary>
sealed class YamlSection
{
    readonly Dictionary<string, YamlNode> _values = new(StringComparer.Ordinal);
    readonly Dictionary<string, YamlNode> _keys = new(StringComparer.Ordinal);
    readonly MistakeList _mistakes;

    public YamlSection(string file, YamlMappingNode node, IReadOnlyCollection<string> known, MistakeList mistakes)
    {
        File = file;
        _mistakes = mistakes;
        Place = PlaceOf(node);
        foreach (var (key, value) in node.Children)
        {
            if (key is not YamlScalarNode { Value: { } name })
            {
                mistakes.Add(PlaceOf(key), "A key must be a plain word.", DidYouMean.Cure("", known));
            }
            else if (!known.Contains(name))
            {
                mistakes.Add(PlaceOf(key), $"Unknown key `{name}`.", DidYouMean.Cure(name, known));
            }
            else
            {
                _values[name] = value;
                _keys[name] = key;
            }
        }
    }

    public string File { get; }

    public Place Place { get; }

    public bool Has(string key) => _values.ContainsKey(key);

    public Place PlaceOfKey(string key) => _keys.TryGetValue(key, out var node) ? PlaceOf(node) : Place;

    public void Mistake(string key, string problem, string cure) => _mistakes.Add(PlaceOfKey(key), problem, cure);

    public string? Text(string key)
    {
        if (!_values.TryGetValue(key, out var node))
        {
            return null;
        }

        if (node is YamlScalarNode { Value: { } text })
        {
            return text;
        }

        _mistakes.Add(PlaceOf(node), $"`{key}` must be a text.", $"Write `{key}: …` on one line.");
        return null;
    }

    public string RequiredText(string key, string cure)
    {
        var text = Text(key);
        if (!string.IsNullOrWhiteSpace(text))
        {
            return text;
        }

        if (!Has(key) || text is not null)
        {
            _mistakes.Add(PlaceOfKey(key), $"`{key}` is missing or empty.", cure);
        }

        return "";
    }

    public bool Flag(string key, bool otherwise = false)
    {
        switch (Text(key))
        {
            case null: return otherwise;
            case "true": return true;
            case "false": return false;
            default:
                Mistake(key, $"`{key}` must be true or false.", $"Write `{key}: true`.");
                return otherwise;
        }
    }

    public T? Choice<T>(string key, IReadOnlyDictionary<string, T> choices)
        where T : struct
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (choices.TryGetValue(text, out var value))
        {
            return value;
        }

        _mistakes.Add(PlaceOf(_values[key]), $"`{key}: {text}` is not known.", DidYouMean.Cure(text, [.. choices.Keys]));
        return null;
    }

    public double? Number(string key, double least, double most)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        _mistakes.Add(PlaceOf(_values[key]), $"`{key}: {text}` is not a number between {least} and {most}.", "Correct the value.");
        return null;
    }

    /// <summary>A list of texts; a single text counts as a list of one.</summary>
    public IReadOnlyList<(string Text, Place Place)> Texts(string key)
    {
        if (!_values.TryGetValue(key, out var node))
        {
            return [];
        }

        if (node is YamlScalarNode { Value: { } single })
        {
            return [(single, PlaceOf(node))];
        }

        if (node is not YamlSequenceNode sequence)
        {
            _mistakes.Add(PlaceOf(node), $"`{key}` must be a list of texts.", $"Write `{key}: [a, b]`.");
            return [];
        }

        var texts = new List<(string, Place)>(sequence.Children.Count);
        foreach (var child in sequence.Children)
        {
            if (child is YamlScalarNode { Value: { } text })
            {
                texts.Add((text, PlaceOf(child)));
            }
            else
            {
                _mistakes.Add(PlaceOf(child), $"`{key}` holds something that is not a text.", "Quote it, if it is meant as text: `: `, `#` and braces need quotes.");
            }
        }

        if (texts.Count == 0 && sequence.Children.Count == 0)
        {
            _mistakes.Add(PlaceOf(node), $"`{key}` is an empty list.", $"Name something, or remove `{key}`.");
        }

        return texts;
    }

    /// <summary>The mappings of a list.</summary>
    public IEnumerable<YamlMappingNode> Mappings(string key)
    {
        if (!_values.TryGetValue(key, out var node))
        {
            yield break;
        }

        if (node is not YamlSequenceNode sequence)
        {
            _mistakes.Add(PlaceOf(node), $"`{key}` must be a list.", "Begin each entry with `- `.");
            yield break;
        }

        foreach (var child in sequence.Children)
        {
            if (child is YamlMappingNode mapping)
            {
                yield return mapping;
            }
            else
            {
                _mistakes.Add(PlaceOf(child), $"An entry of `{key}` must be a mapping.", "Write `- id: …` and the other keys below it.");
            }
        }
    }

    /// <summary>A mapping below a key, its keys free.</summary>
    public YamlMappingNode? Mapping(string key)
    {
        if (!_values.TryGetValue(key, out var node))
        {
            return null;
        }

        if (node is YamlMappingNode mapping)
        {
            return mapping;
        }

        _mistakes.Add(PlaceOf(node), $"`{key}` must be a mapping.", $"Write keys below `{key}:`, indented.");
        return null;
    }

    public YamlNode? Node(string key) => _values.GetValueOrDefault(key);

    public Place PlaceOf(YamlNode node) => new(File, (int)node.Start.Line, (int)node.Start.Column);
}
