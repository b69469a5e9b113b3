using System.Text.Json;
using Agent.Contracts;
using Agent.Guardrails.Secrets;
using Agent.Llm;
using Agent.Llm.Cassettes;
using Agent.ServiceDefaults.Budgets;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Agent.Reviewer.Service.Checks;

/// <summary>Asks the reviewer's model, and again when its reply can not be used; then a person is asked.</summary>
sealed class Judgement(IChatClient model, IOptions<CheckOptions> options, TimeProvider time)
{
    /// <exception cref="ModelUnavailableException">The model server is away.</exception>
    public async Task<Finding> AskAsync(JudgementQuestion question, CancellationToken cancellationToken)
    {
        var messages = question.Messages();
        var facts = new List<IRunEvent>();
        var problem = "";
        for (var turn = 1; turn <= options.Value.ModelTries; turn++)
        {
            var reply = await AskOnceAsync(question, messages, turn, cancellationToken);
            facts.Add(reply);
            (var finding, problem) = Read(question, reply.Text, facts);
            if (finding is not null)
            {
                return finding;
            }

            messages.Add(new ChatMessage(ChatRole.Assistant, reply.Text));
            messages.Add(new ChatMessage(ChatRole.User, $"That reply can not be used: {problem} Answer again with the JSON object alone."));
        }

        return new Finding(question.Question, false, $"The model gave no usable judgement in {options.Value.ModelTries} tries: {problem}", Verdict.Escalate, facts);
    }

    async Task<ModelReplied> AskOnceAsync(JudgementQuestion question, List<ChatMessage> messages, int turn, CancellationToken cancellationToken)
    {
        var chat = new ChatOptions { Temperature = 0, ResponseFormat = ChatResponseFormat.Json, AdditionalProperties = new() { ["agent.role"] = "reviewer", ["agent.run_id"] = question.Run.RunId.ToString(), [ModelCall.Priority] = question.Run.Priority, [BudgetScope.Property] = BudgetScope.Of(question.Run) } };
        var asked = new ModelQuestion("reviewer", question.StepId, question.Attempt, turn, question.Run.Head.Sequence, [.. messages], chat, ToolOffer.None);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.Value.ModelTimeout);
        var started = time.GetTimestamp();
        try
        {
            var response = await model.GetResponseAsync(asked.Messages, chat, deadline.Token);
            return asked.Answered(response, time.GetElapsedTime(started).TotalMilliseconds, SecretText.Redact) with { Calls = [] };
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ModelUnavailableException($"The model gave no judgement within {options.Value.ModelTimeout}.", late);
        }
    }

    static (Finding? Finding, string Problem) Read(JudgementQuestion question, string text, List<IRunEvent> facts)
    {
        if (JsonInText.FirstObject(text, "passed", "verdict") is not { } json)
        {
            return (null, "It holds no JSON object with \"passed\" and \"verdict\".");
        }

        if (!json.TryGetProperty("passed", out var passedValue) || passedValue.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            return (null, "\"passed\" must be true or false.");
        }

        var passed = passedValue.GetBoolean();
        var word = json.TryGetProperty("verdict", out var verdictValue) ? verdictValue.ToString() : "";
        if (!Enum.TryParse<Verdict>(word, ignoreCase: true, out var verdict) || passed != (verdict == Verdict.Accept))
        {
            return (null, "\"verdict\" must be accept when passed is true, else retry, replan, escalate or fail.");
        }

        var evidence = json.TryGetProperty("evidence", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(id => id.ToString().Trim('[', ']')).ToList() : [];
        var known = evidence.Where(question.Run.Calls.ContainsKey).ToList();
        if (known.Count < evidence.Count)
        {
            return (null, $"\"evidence\" names calls that do not exist: {string.Join(", ", evidence.Except(known, StringComparer.Ordinal))}.");
        }

        if (passed && known.Count == 0 && question.Calls.Count > 0)
        {
            return (null, "\"evidence\" is empty: name the tool calls that show it.");
        }

        var feedback = json.TryGetProperty("feedback", out var said) ? said.ToString() : "";
        return (new Finding(question.Question, passed, $"{feedback}{(known.Count > 0 ? $" [{string.Join("] [", known)}]" : "")}".Trim(), passed ? Verdict.Retry : verdict, facts), "");
    }
}
