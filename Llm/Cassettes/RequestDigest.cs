using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Cassettes;

/// <summary>The key a model exchange is recorded under: the same request has the same key in every process.</summary>
public static class RequestDigest
{
    internal static readonly JsonSerializerOptions Canonical = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="tools">Digest of the tools offered (<see cref="ToolOffer.Digest"/>).</param>
    /// <returns>SHA-256 (hex) over the messages' roles and contents, the answer form asked for, the temperature and the tools.</returns>
    public static string Of(IEnumerable<ChatMessage> messages, ChatOptions options, string tools)
    {
        var request = new
        {
            form = Form(options.ResponseFormat),
            messages = messages.Select(message => new { role = message.Role.Value, contents = message.Contents.Select(Content) }),
            temperature = options.Temperature,
            tools,
        };
        return Hash(JsonSerializer.SerializeToUtf8Bytes(request, Canonical));
    }

    internal static string Hash(ReadOnlySpan<byte> canonical) => Convert.ToHexStringLower(SHA256.HashData(canonical));

    /// <summary>The value with members in ordinal order, however deep.</summary>
    internal static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    static string? Form(ChatResponseFormat? format) => format switch
    {
        ChatResponseFormatJson { Schema: { } schema } => Sorted(JsonNode.Parse(schema.GetRawText()))!.ToJsonString(Canonical),
        ChatResponseFormatJson => "json",
        _ => null,
    };

    static object Content(AIContent content) => content switch
    {
        TextContent text => new { kind = "text", text.Text },
        FunctionCallContent call => new { kind = "call", call.CallId, call.Name, Arguments = Sorted(JsonSerializer.SerializeToNode(call.Arguments, Canonical)) },
        FunctionResultContent result => new { kind = "result", result.CallId, Result = result.Result?.ToString() },
        _ => new { kind = content.GetType().Name, text = content.ToString() },
    };
}
