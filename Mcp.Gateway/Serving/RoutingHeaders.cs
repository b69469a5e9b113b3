using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace Agent.Mcp.Gateway.Serving;

/// <summary>Headers that repeat parts of the body for proxies; since 2026-07-28 they must be there. Routing, limits and audit go by the body; a request whose headers say something else
/// is refused, not guessed at.</summary>
static class RoutingHeaders
{
    public const string Version = "MCP-Protocol-Version";
    public const string FirstRequiring = "2026-07-28";

    /// <summary>What is wrong with them; null if nothing is.</summary>
    public static string? Mistake(IHeaderDictionary headers, JsonObject? message)
    {
        if (message?["method"] is not JsonValue method)
        {
            return null;
        }

        var required = string.CompareOrdinal(headers[Version].ToString(), FirstRequiring) >= 0;
        var parameters = message["params"] as JsonObject;
        var name = method.ToString() switch
        {
            RequestMethods.ToolsCall or RequestMethods.PromptsGet => parameters?["name"],
            RequestMethods.ResourcesRead => parameters?["uri"],
            _ => null,
        };
        return Mistake("Mcp-Method", headers["Mcp-Method"].ToString(), method.ToString(), required)
            ?? (name is null ? null : Mistake("Mcp-Name", headers["Mcp-Name"].ToString(), name.ToString(), required));
    }

    static string? Mistake(string header, string said, string meant, bool required) =>
        said.Length == 0 ? required ? $"{header} is missing." : null
        : McpHeaderEncoder.DecodeValue(said) == meant ? null
        : $"{header} does not say what the body says.";
}
