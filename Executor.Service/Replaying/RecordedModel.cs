using Agent.Contracts;
using Agent.Journal.Budgets;
using Agent.Llm;
using Agent.Llm.Cassettes;
using Microsoft.Extensions.AI;

namespace Agent.Executor.Service.Replaying;

/// <summary>Answers with what the record has: a reply, or the trouble there was.</summary>
sealed class RecordedModel(RecordedStep step) : IChatClient
{
    const string Refused = "The model's answer could not be taken: ";

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => step.Next?.Event switch
    {
        ModelReplied replied => Task.FromResult(Cassette.Play(replied)),
        RunWaiting waiting => throw new ModelUnavailableException(waiting.Reason),
        StepFailed { Code: "budget" } exhausted => throw new BudgetExhaustedException(exhausted.Reason),
        StepFailed { Code: "model" } failed when failed.Reason.StartsWith(Refused, StringComparison.Ordinal) => throw new InvalidOperationException(failed.Reason[Refused.Length..]),
        _ => throw step.Left("a question to the model", "The step's loop asks the model here, and did not then."),
    };

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("A replay is answered whole.");

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
