using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Agent.Mcp.Gateway.Audit;

/// <summary>Takes secrets out of arguments before they are written: values under a telling name, and texts that look like a key wherever they stand.</summary>
static partial class Redaction
{
    const string Gone = "[redacted]";

    public static JsonNode Of(JsonNode? node) => node switch
    {
        JsonObject branch => new JsonObject(branch.Select(entry => KeyValuePair.Create(entry.Key, SecretName().IsMatch(entry.Key) && entry.Value is JsonValue ? Gone : (JsonNode?)Of(entry.Value)))),
        JsonArray list => new JsonArray([.. list.Select(item => (JsonNode?)Of(item))]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(SecretText().Replace(text, Gone)),
        null => JsonValue.Create("null"),
        _ => node.DeepClone(),
    };

    [GeneratedRegex("(authorization|cookie|api[-_]?key|access[-_]?key|secret|passw(or)?d|token|credential)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SecretName();

    [GeneratedRegex(@"\b(sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|AKIA[A-Z0-9]{16}|xox[abprs]-[A-Za-z0-9-]{10,}|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*)|-----BEGIN [A-Z ]*PRIVATE KEY-----", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SecretText();
}
