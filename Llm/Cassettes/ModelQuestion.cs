using System.Text.Json;
using Agent.Contracts;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Cassettes;

/// <summary>One question to a model, and how its exchange stands in the journal.</summary>
/// <param name="Role"><c>planner</c>, <c>executor</c> or <c>reviewer</c>.</param>
/// <param name="AskedAt">Sequence of the last journal entry the question was made from.</param>
public sealed record ModelQuestion(string Role, string? StepId, int Attempt, int Turn, long AskedAt, IReadOnlyList<ChatMessage> Messages, ChatOptions Options, ToolOffer Offer)
{
    /// <summary>Reasoning up to so many characters stands in the journal whole, of longer one its head and its tail.</summary>
    public const int ReasoningShown = 4000;

    /// <summary>What the exchange is recorded under.</summary>
    public string Key { get; } = RequestDigest.Of(Messages, Options, Offer.Digest);

    /// <summary>The exchange as the journal keeps it.</summary>
    /// <param name="redact">Takes secrets out of what the model wrote. Arguments of calls are left: they are what is carried out.</param>
    public ModelReplied Answered(ChatResponse response, double durationMs, Func<string, string> redact)
    {
        var contents = response.Messages.SelectMany(message => message.Contents).ToList();
        var calls = contents.OfType<FunctionCallContent>().Select(call => new RequestedCall(call.CallId, call.Name, Arguments(call))).ToList();
        var reasoning = redact(string.Concat(contents.OfType<TextReasoningContent>().Select(content => content.Text)));
        var usage = response.Usage;
        return new ModelReplied(
            Role, StepId, Attempt, Turn, response.ModelId ?? "unknown", redact(response.Text), calls,
            new TokenUsage(usage?.InputTokenCount ?? 0, usage?.OutputTokenCount ?? 0, usage?.CachedInputTokenCount, usage?.ReasoningTokenCount, ModelCall.CostOf(usage)),
            response.FinishReason?.Value ?? (calls.Count > 0 ? "tool_calls" : "stop"), durationMs, Key, AskedAt, Offer.Digest,
            reasoning.Length == 0 ? null : Shown(reasoning));
    }

    static string Shown(string reasoning) => reasoning.Length <= ReasoningShown
        ? reasoning
        : $"{reasoning[..(ReasoningShown / 2)]}\n[… {reasoning.Length - ReasoningShown} characters left out …]\n{reasoning[^(ReasoningShown / 2)..]}";

    // Sorted as the journal sorts them, so that the next question is the same whether it is made of what was said or of what was read back.
    static JsonElement Arguments(FunctionCallContent call) => call.Exception is not null
        ? JsonSerializer.SerializeToElement(call.RawRepresentation as string ?? "(not JSON)", ContractJson.Options)
        : JsonSerializer.SerializeToElement(RequestDigest.Sorted(JsonSerializer.SerializeToNode(call.Arguments ?? new Dictionary<string, object?>(StringComparer.Ordinal), ContractJson.Options)), ContractJson.Options);
}
