using System.Text.Json;
using Agent.Contracts;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Cassettes;

/// <summary>Gives a recorded reply again.</summary>
public static class Cassette
{
    /// <summary>The reply as the model gave it, as far as the journal keeps it.</summary>
    public static ChatResponse Play(ModelReplied replied)
    {
        var message = new ChatMessage(ChatRole.Assistant, [
            .. replied.Text.Length > 0 ? [new TextContent(replied.Text)] : Array.Empty<AIContent>(),
            .. replied.Calls.Select(Call)]);
        return new ChatResponse(message)
        {
            ModelId = replied.Model,
            FinishReason = new ChatFinishReason(replied.FinishReason),
            Usage = new UsageDetails
            {
                InputTokenCount = replied.Usage.Input,
                OutputTokenCount = replied.Usage.Output,
                CachedInputTokenCount = replied.Usage.CachedInput,
                ReasoningTokenCount = replied.Usage.Reasoning,
            },
        };
    }

    static FunctionCallContent Call(RequestedCall call) => call.Arguments.ValueKind == JsonValueKind.Object
        ? new FunctionCallContent(call.CallId, call.Tool, call.Arguments.EnumerateObject().ToDictionary(member => member.Name, object? (member) => member.Value, StringComparer.Ordinal))
        : new FunctionCallContent(call.CallId, call.Tool)
        {
            Exception = new JsonException("The arguments were not JSON."),
            RawRepresentation = call.Arguments.ValueKind == JsonValueKind.String ? call.Arguments.GetString() : null,
        };
}
