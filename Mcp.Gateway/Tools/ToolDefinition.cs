using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Agent.Contracts;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Agent.Mcp.Gateway.Tools;

/// <summary>A tool as its endpoint defines it, and the digest of everything a model or a person reads of it.</summary>
sealed record ToolDefinition(string Name, Tool Protocol, string Json, string Hash)
{
    public static ToolDefinition Of(Tool tool)
    {
        var node = JsonSerializer.SerializeToNode(tool, McpJsonUtilities.DefaultOptions)!.AsObject();

        // Pictures and free metadata say nothing to a model, and some servers change them from call to call.
        node.Remove("icons");
        node.Remove("_meta");
        var json = Canonical(node)!.ToJsonString(ContractJson.Options);
        return new(tool.Name, tool, json, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json))));
    }

    /// <summary>Names in ordinal order at every level, so that a server that merely reorders has not changed.</summary>
    static JsonNode? Canonical(JsonNode? node) => node switch
    {
        JsonObject branch => new JsonObject(branch.OrderBy(property => property.Key, StringComparer.Ordinal).Select(property => KeyValuePair.Create(property.Key, Canonical(property.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Canonical)]),
        _ => node?.DeepClone(),
    };
}

/// <summary>Whether a tool may be called.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ToolStanding>))]
enum ToolStanding
{
    Offered,

    /// <summary>Not in the endpoint's <c>allowed_tools</c>.</summary>
    NotAllowed,

    /// <summary>Its definition is not the one that was pinned; a person must accept it.</summary>
    Quarantined,
}

/// <summary>A tool of an endpoint, as the gateway sees it.</summary>
sealed record EndpointTool(string Name, string Endpoint, ToolDefinition Definition, EffectClass Effect, ToolStanding Standing)
{
    public string Tool => Definition.Name;
}
