using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Cassettes;

/// <summary>The tools a model is offered, and the name of that offer.</summary>
/// <param name="Digest">SHA-256 (hex) of <paramref name="Canonical"/>.</param>
/// <param name="Canonical">JSON list of name, description and argument schema, by name.</param>
public sealed record ToolOffer(IReadOnlyList<AITool> Tools, string Digest, ReadOnlyMemory<byte> Canonical)
{
    /// <summary>No tools: the model is to answer in words.</summary>
    public static ToolOffer None { get; } = Of([]);

    public static ToolOffer Of(IReadOnlyList<AIFunctionDeclaration> tools)
    {
        var list = tools.OrderBy(tool => tool.Name, StringComparer.Ordinal)
            .Select(tool => new { name = tool.Name, description = tool.Description, schema = RequestDigest.Sorted(JsonNode.Parse(tool.JsonSchema.GetRawText())) });
        var canonical = JsonSerializer.SerializeToUtf8Bytes(list, RequestDigest.Canonical);
        return new ToolOffer(tools, RequestDigest.Hash(canonical), canonical);
    }

    /// <summary>An offer of which only the name is known.</summary>
    public static ToolOffer Recorded(string digest) => new([], digest, default);
}
