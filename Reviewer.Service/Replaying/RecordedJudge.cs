using Agent.Contracts;
using Agent.Llm.Cassettes;
using Microsoft.Extensions.AI;

namespace Agent.Reviewer.Service.Replaying;

/// <summary>Answers a reviewer's questions with the recorded replies, one after the other.</summary>
sealed class RecordedJudge(IEnumerable<ModelReplied> replies) : IChatClient
{
    readonly Queue<ModelReplied> _replies = new(replies);

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        _replies.TryDequeue(out var replied) ? Task.FromResult(Cassette.Play(replied)) : throw new RecordLeftException("a question to the model");

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("A replay is answered whole.");

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}

/// <summary>The review goes on where the record does not.</summary>
sealed class RecordLeftException(string expected) : Exception($"The record has no {expected} here.")
{
    public string Expected { get; } = expected;
}
