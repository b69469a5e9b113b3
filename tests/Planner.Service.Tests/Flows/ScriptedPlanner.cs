using Agent.Llm;
using Agent.Resp;
using Microsoft.Extensions.AI;

namespace Agent.Planner.Service.Tests.Flows;

/// <summary>A planner's model that answers what the test gave it, the last answer again and again.</summary>
sealed class ScriptedPlanner : IChatClient
{
    readonly Lock _lock = new();
    readonly Queue<Func<string>> _answers = new();
    Func<string> _last = () => Plan("a");

    public int Asked { get; private set; }

    public List<string> Questions { get; } = [];

    /// <summary>A plan of steps; <c>"b&lt;a"</c> depends on a.</summary>
    public static string Plan(params string[] steps) =>
        $$"""{"summary":"s","steps":[{{string.Join(',', steps.Select(step => $$"""{"id":"{{step.Split('<')[0]}}","title":"T","instruction":"do","effect":"pure","depends_on":[{{string.Join(',', step.Split('<').Skip(1).Select(id => $"\"{id}\""))}}]}"""))}}]}""";

    public void Answers(params string[] answers)
    {
        foreach (var answer in answers)
        {
            _answers.Enqueue(() => answer);
        }
    }

    public void IsAway(int times)
    {
        for (var time = 0; time < times; time++)
        {
            _answers.Enqueue(() => throw new ModelUnavailableException("the server is loading"));
        }
    }

    /// <summary>The store is killed while a budget is reserved.</summary>
    public void LosesTheStore() => _answers.Enqueue(() => throw new RespConnectionException("the connection was refused"));

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            Asked++;
            Questions.Add(messages.Last().Text);
            if (_answers.TryDequeue(out var answer))
            {
                _last = answer;
            }

            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, _last())) { ModelId = "scripted" });
        }
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
