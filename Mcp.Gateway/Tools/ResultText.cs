using System.Text.Json.Nodes;

namespace Agent.Mcp.Gateway.Tools;

/// <summary>A tool's result as text for a model that takes text only.</summary>
static class ResultText
{
    public static string Of(JsonObject result)
    {
        var blocks = (result["content"] as JsonArray ?? []).OfType<JsonObject>().Select(Shown).ToList();
        return blocks.Count == 0 && result["structuredContent"] is { } structured ? structured.ToJsonString() : string.Join('\n', blocks);
    }

    public static JsonObject Block(string text) => new() { ["type"] = "text", ["text"] = text };

    static string Shown(JsonObject block) => Field(block, "type") switch
    {
        "text" => Field(block, "text") ?? "",
        "resource" when block["resource"] is JsonObject resource => Field(resource, "text") ?? $"[resource {Field(resource, "uri")}, {Field(resource, "mimeType") ?? "binary"}]",
        "resource_link" => $"[resource {Field(block, "uri")}]",
        var kind => $"[{kind} {Field(block, "mimeType")}]",
    };

    static string? Field(JsonObject block, string name) => block[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
