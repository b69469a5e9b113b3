using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Agent.Llm.OpenAi;

/// <summary>A finished response as a reply.</summary>
static class ResponsesReply
{
    public static ChatResponse Read(JsonElement response, ModelServer server)
    {
        if (response.TryGetProperty("status", out var status) && status.GetString() == "failed")
        {
            throw ServerErrors.OfStatus(Code(response) == "rate_limit_exceeded" ? 429 : 500, ServerErrors.TextOf(response.GetRawText()), null, server);
        }

        var contents = response.GetProperty("output").EnumerateArray().SelectMany(Contents).ToList();
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, contents))
        {
            ResponseId = Text(response, "id"),
            ModelId = Text(response, "model") ?? server.Model,
            FinishReason = contents.Any(content => content is FunctionCallContent) ? ChatFinishReason.ToolCalls
                : Reason(response) switch { "max_output_tokens" => ChatFinishReason.Length, "content_filter" => ChatFinishReason.ContentFilter, _ => ChatFinishReason.Stop },
            Usage = response.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object ? Usage(usage) : null,
        };
    }

    static IEnumerable<AIContent> Contents(JsonElement item)
    {
        switch (Text(item, "type"))
        {
            case "message":
                var text = string.Concat(item.GetProperty("content").EnumerateArray().Select(part => Text(part, "text") ?? Text(part, "refusal")));
                return text.Length > 0 ? [new TextContent(text)] : [];
            case "function_call":
                return [ToolArguments.Read(Text(item, "call_id") ?? Text(item, "id") ?? "call_0", Text(item, "name") ?? "", Text(item, "arguments") ?? "")];
            case "reasoning" when item.TryGetProperty("summary", out var summary) && summary.ValueKind == JsonValueKind.Array && summary.GetArrayLength() > 0:
                return [new TextReasoningContent(string.Concat(summary.EnumerateArray().Select(part => Text(part, "text"))))];
            default:
                return [];
        }
    }

    static UsageDetails Usage(JsonElement usage) => new()
    {
        InputTokenCount = Number(usage, "input_tokens"),
        OutputTokenCount = Number(usage, "output_tokens"),
        TotalTokenCount = Number(usage, "total_tokens"),
        CachedInputTokenCount = usage.TryGetProperty("input_tokens_details", out var input) ? Number(input, "cached_tokens") : null,
        ReasoningTokenCount = usage.TryGetProperty("output_tokens_details", out var output) ? Number(output, "reasoning_tokens") : null,
    };

    static string? Reason(JsonElement response) => response.TryGetProperty("incomplete_details", out var details) && details.ValueKind == JsonValueKind.Object ? Text(details, "reason") : null;

    static string? Code(JsonElement response) => response.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object ? Text(error, "code") : null;

    static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static long? Number(JsonElement json, string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;
}
