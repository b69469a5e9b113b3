using Microsoft.Extensions.AI;

namespace Agent.Llm.Resilience;

/// <summary>Makes a conversation fit a smaller context: the longest tool results keep their beginning and end. Nothing is left out, so that calls and results still belong together.</summary>
static class ConversationCut
{
    const int Kept = 600;

    /// <summary>Null when there is nothing to shorten.</summary>
    public static IReadOnlyList<ChatMessage>? Shorter(IReadOnlyList<ChatMessage> messages)
    {
        var changed = false;
        var shorter = messages.Select(message => message.Contents.Any(IsLong) ? Cut(message) : message).ToList();
        return changed ? shorter : null;

        ChatMessage Cut(ChatMessage message)
        {
            changed = true;
            return new ChatMessage(message.Role, [.. message.Contents.Select(content => content is FunctionResultContent { Result: { } result } found && IsLong(content) ? new FunctionResultContent(found.CallId, Middle(result.ToString()!)) : content)]);
        }
    }

    static bool IsLong(AIContent content) => content is FunctionResultContent { Result: { } result } && result.ToString() is { Length: > 2 * Kept + 100 };

    static string Middle(string text) => $"{text[..Kept]}\n… {text.Length - (2 * Kept)} characters left out: the conversation was longer than the model's context …\n{text[^Kept..]}";
}
