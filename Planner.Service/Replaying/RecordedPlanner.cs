using Agent.Contracts;
using Agent.Llm.Cassettes;
using Agent.Planner.Service.Plans;
using Microsoft.Extensions.AI;

namespace Agent.Planner.Service.Replaying;

/// <summary>Answers a planner's question with the recorded reply, and knows the tools that were named then.</summary>
sealed class RecordedPlanner(ModelReplied replied, IReadOnlyList<string> tools) : IChatClient, IToolNames
{
    public Task<IReadOnlySet<string>> NamesAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlySet<string>>(new HashSet<string>(tools, StringComparer.Ordinal));

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(Cassette.Play(replied));

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("A replay is answered whole.");

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
