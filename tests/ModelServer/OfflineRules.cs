using System.Text.Json;
using Agent.Llm.Offline;
using Agent.TestKit.Models;
using Microsoft.Extensions.AI;

namespace Agent.ModelServer;

/// <summary>Lets the offline model answer over HTTP: whole goals can then be run against every kind of server there is.</summary>
public static class OfflineRules
{
    static readonly OfflineChatClient Model = new();

    public static ScriptedReply Answer(ModelRequest request)
    {
        var messages = request.Api == "chat" ? OfChat(request.Body.GetProperty("messages")) : OfResponses(request.Body.GetProperty("input"));
        var options = new ChatOptions
        {
            Tools = [.. Tools(request).Select(tool => AIFunctionFactory.CreateDeclaration(tool.GetProperty("name").GetString()!, "", tool.GetProperty("parameters")))],
            AdditionalProperties = new() { [OfflineChatClient.RoleProperty] = RoleOf(messages) },
        };

        // The rules compute; they never wait.
        var response = Model.GetResponseAsync(messages, options).GetAwaiter().GetResult();
        var calls = response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>();
        return new ScriptedReply(response.Text, [.. calls.Select(call => new ScriptedCall(call.Name, JsonSerializer.Serialize(call.Arguments), call.CallId))]);
    }

    static IEnumerable<JsonElement> Tools(ModelRequest request) =>
        request.Body.TryGetProperty("tools", out var tools) ? tools.EnumerateArray().Select(tool => tool.TryGetProperty("function", out var function) ? function : tool) : [];

    static string RoleOf(List<ChatMessage> messages)
    {
        var user = messages.First(message => message.Role == ChatRole.User).Text;
        return user.Contains("\nSTEP ", StringComparison.Ordinal) && user.Contains("\nINSTRUCTION:", StringComparison.Ordinal) ? "executor"
            : user.Contains("\nTOOLS:", StringComparison.Ordinal) ? "planner"
            : "reviewer";
    }

    static List<ChatMessage> OfChat(JsonElement messages) => [.. messages.EnumerateArray().Select(message => new ChatMessage(
        new ChatRole(message.GetProperty("role").GetString()!),
        [
            .. message.GetProperty("role").GetString() == "tool"
                ? [new FunctionResultContent(message.GetProperty("tool_call_id").GetString()!, Text(message))]
                : Text(message) is { Length: > 0 } text ? [new TextContent(text)] : Array.Empty<AIContent>(),
            .. message.TryGetProperty("tool_calls", out var calls)
                ? calls.EnumerateArray().Select(call => Call(call.GetProperty("id"), call.GetProperty("function")))
                : [],
        ]))];

    static List<ChatMessage> OfResponses(JsonElement input) => [.. input.EnumerateArray().Select(item => (item.TryGetProperty("type", out var type) ? type.GetString() : "message") switch
    {
        "function_call" => new ChatMessage(ChatRole.Assistant, [Call(item.GetProperty("call_id"), item)]),
        "function_call_output" => new ChatMessage(ChatRole.Tool, [new FunctionResultContent(item.GetProperty("call_id").GetString()!, item.GetProperty("output").GetString())]),
        _ => new ChatMessage(new ChatRole(item.GetProperty("role").GetString()!), Text(item)),
    })];

    static AIContent Call(JsonElement id, JsonElement function) => new FunctionCallContent(
        id.GetString()!, function.GetProperty("name").GetString()!, JsonSerializer.Deserialize<Dictionary<string, object?>>(function.GetProperty("arguments").GetString()!));

    static string Text(JsonElement message) => !message.TryGetProperty("content", out var content) ? ""
        : content.ValueKind == JsonValueKind.Array ? string.Concat(content.EnumerateArray().Select(part => part.GetProperty("text").GetString()))
        : content.GetString() ?? "";
}
