using Microsoft.Extensions.AI;

namespace Agent.Executor.Service.Tests.Steps;

/// <summary>Answers turn by turn from a list; the turn is the number of assistant messages it is shown, so that it goes on in place after a crash.</summary>
sealed class ScriptedModel(params Func<IReadOnlyList<ChatMessage>, ChatMessage>[] turns) : IChatClient
{
    public List<IReadOnlyList<ChatMessage>> Asked { get; } = [];

    public ChatOptions? LastOptions { get; private set; }

    /// <summary>Thrown instead of an answer, one after the other.</summary>
    public Queue<Exception> Failures { get; } = new();

    public static Func<IReadOnlyList<ChatMessage>, ChatMessage> Answers(string text) => _ => new ChatMessage(ChatRole.Assistant, text);

    public static Func<IReadOnlyList<ChatMessage>, ChatMessage> Calls(string tool, object? arguments = null, int times = 1) => messages => new ChatMessage(
        ChatRole.Assistant,
        [.. Enumerable.Range(1, times).Select(index => (AIContent)new FunctionCallContent($"call_{messages.Count}_{index}", tool, Arguments(arguments)))]);

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var shown = messages.ToList();
        lock (Asked)
        {
            Asked.Add(shown);
            LastOptions = options;
            if (Failures.TryDequeue(out var failure))
            {
                throw failure;
            }
        }

        var turn = shown.Count(message => message.Role == ChatRole.Assistant);
        return Task.FromResult(new ChatResponse(turns[turn](shown)) { ModelId = "scripted", Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 5 } });
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    static Dictionary<string, object?> Arguments(object? arguments) =>
        arguments?.GetType().GetProperties().ToDictionary(property => property.Name, property => property.GetValue(arguments), StringComparer.Ordinal) ?? [];
}
