using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Agent.Llm.OpenAi;

/// <summary>A conversation and its options in the words of the Responses API.</summary>
static class ResponsesRequest
{
    public static JsonObject Of(IEnumerable<ChatMessage> messages, ChatOptions? options, ModelServer server, bool stream, bool plainAnswers)
    {
        var request = new JsonObject
        {
            ["model"] = server.Model,
            ["input"] = new JsonArray([.. messages.SelectMany(Items)]),
            ["store"] = false,
        };
        Set(request, "stream", stream ? true : (bool?)null);
        Set(request, "temperature", options?.Temperature);
        Set(request, "top_p", options?.TopP);
        Set(request, "max_output_tokens", options?.MaxOutputTokens);
        if (!plainAnswers && options?.ResponseFormat is ChatResponseFormatJson format)
        {
            request["text"] = new JsonObject { ["format"] = Format(format) };
        }

        var tools = (options?.Tools ?? []).OfType<AIFunctionDeclaration>().ToList();
        if (tools.Count > 0)
        {
            request["tools"] = new JsonArray([.. tools.Select(Tool)]);
            Set(request, "parallel_tool_calls", options!.AllowMultipleToolCalls);
            if (options.ToolMode is NoneChatToolMode or RequiredChatToolMode)
            {
                request["tool_choice"] = options.ToolMode is RequiredChatToolMode { RequiredFunctionName: { } name } ? new JsonObject { ["type"] = "function", ["name"] = name } : options.ToolMode is NoneChatToolMode ? "none" : "required";
            }
        }

        return request;
    }

    static IEnumerable<JsonNode> Items(ChatMessage message)
    {
        if (message.Text.Length > 0)
        {
            yield return new JsonObject { ["role"] = message.Role == ChatRole.Tool ? "user" : message.Role.Value, ["content"] = message.Text };
        }

        foreach (var content in message.Contents)
        {
            if (content is FunctionCallContent call)
            {
                yield return new JsonObject { ["type"] = "function_call", ["call_id"] = call.CallId, ["name"] = call.Name, ["arguments"] = ToolArguments.Write(call) };
            }
            else if (content is FunctionResultContent result)
            {
                yield return new JsonObject { ["type"] = "function_call_output", ["call_id"] = result.CallId, ["output"] = ToolArguments.Text(result) };
            }
        }
    }

    static JsonNode Tool(AIFunctionDeclaration tool) => new JsonObject
    {
        ["type"] = "function",
        ["name"] = tool.Name,
        ["description"] = tool.Description,
        ["parameters"] = JsonNode.Parse(tool.JsonSchema.GetRawText()),
        ["strict"] = false,
    };

    static JsonObject Format(ChatResponseFormatJson format) => format.Schema is { } schema
        ? new JsonObject { ["type"] = "json_schema", ["name"] = format.SchemaName ?? "answer", ["schema"] = JsonNode.Parse(schema.GetRawText()), ["strict"] = false }
        : new JsonObject { ["type"] = "json_object" };

    static void Set<T>(JsonObject request, string name, T? value)
        where T : struct
    {
        if (value is { } given)
        {
            request[name] = JsonValue.Create(given);
        }
    }
}
