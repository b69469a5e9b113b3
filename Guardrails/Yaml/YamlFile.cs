using System.Text;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Agent.Guardrails.Yaml;

/// <summary>One policy file as nodes with positions.</summary>
sealed class YamlFile
{
    YamlFile(string name, YamlMappingNode root)
    {
        Name = name;
        Root = root;
    }

    public string Name { get; }

    public YamlMappingNode Root { get; }

    /// <summary>Null when the text is not YAML or not a mapping; the mistake is in the list then.</summary>
    public static YamlFile? Read(string name, string text, MistakeList mistakes)
    {
        YamlStream stream;
        try
        {
            stream = YamlText.Load(text);
        }
        catch (YamlException exception)
        {
            mistakes.Add(name, exception.Start, $"This is not YAML: {Inner(exception)}", "Correct the syntax; indentation and quotes are the usual causes.");
            return null;
        }

        if (stream.Documents.Count == 0)
        {
            mistakes.Add(new Place(name, 1, 1), "The file is empty.", "Write `rules: []`, or remove the file.");
            return null;
        }

        if (stream.Documents.Count > 1)
        {
            mistakes.Add(name, stream.Documents[1].RootNode.Start, "The file holds a second document.", "Keep one document a file: remove the `---`.");
            return null;
        }

        if (stream.Documents[0].RootNode is not YamlMappingNode root)
        {
            mistakes.Add(name, stream.Documents[0].RootNode.Start, "The file must be a mapping.", "Start it with a key such as `rules:`.");
            return null;
        }

        return new YamlFile(name, root);
    }

    /// <summary>The content without its accidents: keys sorted, comments, quotes and layout gone. Two files that say the same have the same.</summary>
    public string Canonical()
    {
        var text = new StringBuilder();
        Write(text, Root);
        return text.ToString();
    }

    static void Write(StringBuilder text, YamlNode node)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                text.Append('{');
                foreach (var (key, value) in mapping.Children.OrderBy(pair => (pair.Key as YamlScalarNode)?.Value, StringComparer.Ordinal))
                {
                    Write(text, key);
                    text.Append(':');
                    Write(text, value);
                    text.Append(',');
                }

                text.Append('}');
                break;
            case YamlSequenceNode sequence:
                text.Append('[');
                foreach (var child in sequence.Children)
                {
                    Write(text, child);
                    text.Append(',');
                }

                text.Append(']');
                break;
            case YamlScalarNode scalar:
                text.Append(JsonSerializer.Serialize(scalar.Value));
                break;
            default:
                break;
        }
    }

    static string Inner(YamlException exception)
    {
        // What YamlDotNet found, without its words around it; what broke in it says nothing to an author.
        var message = (exception.InnerException is null or InvalidOperationException ? exception : exception.InnerException).Message.Trim();
        return message.EndsWith('.') ? message : message + ".";
    }
}
