using Microsoft.Extensions.AI;

namespace Agent.Reviewer.Service.Tests.Checks;

/// <summary>Answers with the given texts, one after the other, and keeps what it was asked.</summary>
sealed class ScriptedModel(params string[] answers) : IChatClient
{
    public List<IReadOnlyList<ChatMessage>> Asked { get; } = [];

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Asked.Add([.. messages]);
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, answers[Asked.Count - 1])) { ModelId = "scripted", Usage = new UsageDetails { InputTokenCount = 7, OutputTokenCount = 3 } });
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
