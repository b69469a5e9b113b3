using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Offline;

/// <summary>The built-in model: deterministic rules for the goals it recognises. A pure function of the conversation.
/// Its usage is zero tokens: rules spend none, and an estimate would be counted against budgets.</summary>
public sealed class OfflineChatClient : IChatClient
{
    public const string ModelId = "offline-rules";

    /// <summary>Key in <see cref="ChatOptions.AdditionalProperties"/> that says who asks: <c>planner</c>, <c>executor</c>, <c>reviewer</c>.</summary>
    public const string RoleProperty = "agent.role";

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var conversation = messages.ToList();
        var role = options?.AdditionalProperties?.TryGetValue(RoleProperty, out var value) is true ? value?.ToString() : null;
        var message = role switch
        {
            "planner" => OfflinePlanner.Answer(conversation),
            "executor" => OfflineExecutor.Answer(conversation),
            "reviewer" => OfflineReviewer.Answer(conversation),
            _ => new ChatMessage(ChatRole.Assistant, OfflineAbilities.List),
        };

        return Task.FromResult(new ChatResponse(message)
        {
            ModelId = ModelId,
            FinishReason = message.Contents.Any(content => content is FunctionCallContent) ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
            Usage = new UsageDetails { InputTokenCount = 0, OutputTokenCount = 0, TotalTokenCount = 0 },
        });
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await GetResponseAsync(messages, options, cancellationToken);
        foreach (var update in response.ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("offline", null, ModelId) : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }
}
