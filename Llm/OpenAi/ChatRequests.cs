using Microsoft.Extensions.AI;
using OpenAI.Chat;
using Chat = OpenAI.Chat;

namespace Agent.Llm.OpenAi;

/// <summary>A conversation and its options in the words of the Chat Completions API.</summary>
static class ChatRequests
{
    public static IEnumerable<Chat.ChatMessage> Messages(IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages)
    {
        foreach (var message in messages)
        {
            if (message.Role == ChatRole.System)
            {
                yield return new SystemChatMessage(message.Text);
            }
            else if (message.Role == ChatRole.Assistant)
            {
                yield return Assistant(message);
            }
            else if (message.Contents.OfType<FunctionResultContent>().Any())
            {
                foreach (var result in message.Contents.OfType<FunctionResultContent>())
                {
                    yield return new ToolChatMessage(result.CallId, ToolArguments.Text(result));
                }
            }
            else
            {
                yield return new UserChatMessage(message.Text);
            }
        }
    }

    public static ChatCompletionOptions Options(ChatOptions? asked, ChatDialect dialect)
    {
        var options = new ChatCompletionOptions
        {
            Temperature = asked?.Temperature,
            TopP = asked?.TopP,
            FrequencyPenalty = asked?.FrequencyPenalty,
            PresencePenalty = asked?.PresencePenalty,
            ResponseFormat = dialect.PlainAnswers ? null : Format(asked?.ResponseFormat),
        };
        if (asked?.Seed is { } seed)
        {
            options.Patch.Set("$.seed"u8, seed);
        }

        if (asked?.MaxOutputTokens is { } limit)
        {
            // The SDK writes max_completion_tokens; few servers but OpenAI's know that name.
            if (dialect.CompletionTokens)
            {
                options.MaxOutputTokenCount = limit;
            }
            else
            {
                options.Patch.Set("$.max_tokens"u8, limit);
            }
        }

        foreach (var stop in asked?.StopSequences ?? [])
        {
            options.StopSequences.Add(stop);
        }

        foreach (var tool in (asked?.Tools ?? []).OfType<AIFunctionDeclaration>())
        {
            options.Tools.Add(ChatTool.CreateFunctionTool(tool.Name, tool.Description, BinaryData.FromString(tool.JsonSchema.GetRawText())));
        }

        if (options.Tools.Count > 0)
        {
            options.ToolChoice = Choice(asked!.ToolMode);
            options.AllowParallelToolCalls = asked.AllowMultipleToolCalls;
        }

        return options;
    }

    static AssistantChatMessage Assistant(Microsoft.Extensions.AI.ChatMessage message)
    {
        var calls = message.Contents.OfType<FunctionCallContent>()
            .Select(call => ChatToolCall.CreateFunctionToolCall(call.CallId, call.Name, BinaryData.FromString(ToolArguments.Write(call))))
            .ToList();
        if (calls.Count == 0)
        {
            return new AssistantChatMessage(message.Text);
        }

        var assistant = new AssistantChatMessage(calls);
        if (message.Text.Length > 0)
        {
            assistant.Content.Add(ChatMessageContentPart.CreateTextPart(message.Text));
        }

        return assistant;
    }

    static ChatToolChoice? Choice(ChatToolMode? mode) => mode switch
    {
        NoneChatToolMode => ChatToolChoice.CreateNoneChoice(),
        RequiredChatToolMode { RequiredFunctionName: { } name } => ChatToolChoice.CreateFunctionChoice(name),
        RequiredChatToolMode => ChatToolChoice.CreateRequiredChoice(),
        _ => null,
    };

    // LM Studio refuses json_object and takes json_schema; a schema that allows any object says the same.
    static Chat.ChatResponseFormat? Format(Microsoft.Extensions.AI.ChatResponseFormat? format) => format switch
    {
        ChatResponseFormatJson { Schema: { } schema } json =>
            Chat.ChatResponseFormat.CreateJsonSchemaFormat(json.SchemaName ?? "answer", BinaryData.FromString(schema.GetRawText()), json.SchemaDescription, jsonSchemaIsStrict: false),
        ChatResponseFormatJson => Chat.ChatResponseFormat.CreateJsonSchemaFormat("answer", BinaryData.FromString("""{"type":"object"}"""), jsonSchemaIsStrict: false),
        _ => null,
    };
}
