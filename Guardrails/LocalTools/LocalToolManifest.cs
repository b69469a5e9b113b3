using System.Text.Json;
using System.Text.RegularExpressions;
using Agent.Guardrails.Yaml;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Agent.Guardrails.LocalTools;

/// <summary>What a tool bundle says of itself, in <c>tool.yaml</c>:
/// <code>
/// name: word_count
/// version: 1.2.0
/// description: Counts the words of a file.
/// command: [python3, ./count.py]     # words beginning with ./ lie in the bundle; arguments come as JSON on stdin
/// effect: pure                       # pure, idempotent, compensatable or irreversible
/// schema: {type: object, properties: {path: {type: string}}, required: [path]}
/// sha256: 4f1c…                      # over the bundle's other files
/// </code></summary>
public sealed partial record LocalToolManifest(string Name, string Version, string Description, IReadOnlyList<string> Command, EffectStrength Effect, JsonElement Schema, string Sha256)
{
    /// <summary>Where bundles are installed, a directory each.</summary>
    public const string DirectorySetting = "AGENT_TOOLS_DIR";

    public const string FileName = "tool.yaml";

    /// <summary>The manifest of a bundle whose files are those it names; or all that is wrong.</summary>
    public static (LocalToolManifest? Manifest, IReadOnlyList<string> Mistakes) Of(string directory)
    {
        var file = Path.Combine(directory, FileName);
        if (!File.Exists(file))
        {
            return (null, [$"there is no {FileName} in it."]);
        }

        var (manifest, mistakes) = Read(File.ReadAllText(file));
        if (manifest is null)
        {
            return (null, mistakes);
        }

        return BundleDigest.Of(directory) switch
        {
            null => (null, ["a bundle may hold at most 1000 plain files and no links."]),
            var digest when digest != manifest.Sha256 => (null, [$"its files give sha256 {digest}, not {manifest.Sha256}: they were changed, or the manifest is of another version."]),
            _ => (manifest, []),
        };
    }

    /// <summary>The manifest, or all its mistakes.</summary>
    public static (LocalToolManifest? Manifest, IReadOnlyList<string> Mistakes) Read(string yaml)
    {
        YamlMappingNode root;
        try
        {
            if (YamlText.Load(yaml).Documents is not [{ RootNode: YamlMappingNode mapping }])
            {
                return (null, ["it must be one YAML mapping: name, version, description, command, effect, schema, sha256."]);
            }

            root = mapping;
        }
        catch (YamlException exception)
        {
            return (null, [$"line {exception.Start.Line}: it is not YAML: {exception.Message}"]);
        }

        var mistakes = new List<string>();
        var name = Text("name", text => ToolName().IsMatch(text), "1 to 64 of a-z, 0-9, _ and -, without a double _");
        var version = Text("version", text => text.Length is > 0 and <= 64, "a version such as 1.0.0");
        var description = Text("description", text => text.Length is > 0 and <= 1000, "what the model is told about the tool");
        var sha256 = Text("sha256", text => Digest().IsMatch(text), "64 hex digits");
        var effect = Text("effect", text => Enum.TryParse<EffectStrength>(text, ignoreCase: true, out _) && !char.IsAsciiDigit(text[0]), "pure, idempotent, compensatable or irreversible");
        List<string> command = Node("command") is YamlSequenceNode { Children.Count: > 0 } words && words.Children.All(word => word is YamlScalarNode { Value.Length: > 0 })
            ? [.. words.Children.Select(word => ((YamlScalarNode)word).Value!)]
            : [];
        if (command.Count == 0)
        {
            mistakes.Add("command must be a list of words.");
        }

        var schema = Json(Node("schema"));
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
        {
            mistakes.Add("schema must be a JSON schema of an object, with properties.");
        }

        return mistakes.Count > 0
            ? (null, mistakes)
            : (new LocalToolManifest(name, version, description, command, Enum.Parse<EffectStrength>(effect, ignoreCase: true), schema, sha256.ToLowerInvariant()), []);

        YamlNode? Node(string key) => root.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null;

        string Text(string key, Func<string, bool> holds, string wanted)
        {
            if (Node(key) is YamlScalarNode { Value: { } text } && holds(text))
            {
                return text;
            }

            mistakes.Add($"{key} must be {wanted}.");
            return "";
        }
    }

    static JsonElement Json(YamlNode? node) => JsonSerializer.SerializeToElement(Plain(node));

    static object? Plain(YamlNode? node) => node switch
    {
        YamlMappingNode mapping => mapping.Children.ToDictionary(child => ((child.Key as YamlScalarNode)?.Value) ?? "", child => Plain(child.Value), StringComparer.Ordinal),
        YamlSequenceNode sequence => sequence.Children.Select(Plain).ToList(),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" } => true,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "false" } => false,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: var text } when long.TryParse(text, out var number) => number,
        YamlScalarNode scalar => scalar.Value,
        _ => null,
    };

    [GeneratedRegex("^(?!.*__)[a-z][a-z0-9_-]{0,63}$", RegexOptions.None, 1000)]
    private static partial Regex ToolName();

    [GeneratedRegex("^[0-9a-fA-F]{64}$", RegexOptions.None, 1000)]
    private static partial Regex Digest();
}
