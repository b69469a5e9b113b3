using System.Diagnostics;
using Agent.Contracts;
using Agent.Guardrails.Secrets;
using Agent.Journal.Runs;
using Agent.Llm;
using Agent.Llm.Cassettes;
using Agent.Planner.Service.Runs;
using Agent.ServiceDefaults.Budgets;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Agent.Planner.Service.Plans;

/// <summary>Asks the model for a plan once and says what follows from its reply. Asking again with the mistakes is the decider's business:
/// the journal counts the refusals, so that a crash between two tries loses nothing.</summary>
sealed class PlanMaking(IChatClient model, IToolNames catalogue, RunRules rules, IOptions<PlanOptions> options, TimeProvider time)
{
    /// <returns>The facts, to be appended together.</returns>
    /// <exception cref="ModelUnavailableException">The model server is away.</exception>
    public async Task<IReadOnlyList<IRunEvent>> MakeAsync(RunState state, PlanNeed need, CancellationToken cancellationToken)
    {
        var tools = await catalogue.NamesAsync(cancellationToken);
        var names = tools.Order(StringComparer.Ordinal).ToList();
        var chat = new ChatOptions { Temperature = 0, ResponseFormat = PlanSchema.Format, AdditionalProperties = new() { ["agent.role"] = "planner", ["agent.run_id"] = state.RunId.ToString(), [ModelCall.Priority] = state.Priority, [BudgetScope.Property] = BudgetScope.Of(state) } };

        var question = new ModelQuestion("planner", null, state.PlanVersion + 1, state.PlanRefusals + 1, state.Head.Sequence, PlanPrompt.Messages(state, need.Why, names), chat, ToolOffer.None);

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.Value.ModelTimeout);
        var started = time.GetTimestamp();
        ChatResponse response;
        try
        {
            response = await model.GetResponseAsync(question.Messages, chat, deadline.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ModelUnavailableException($"The model gave no plan within {options.Value.ModelTimeout}.", exception);
        }

        var replied = question.Answered(response, time.GetElapsedTime(started).TotalMilliseconds, SecretText.Redact) with { Calls = [], ToolNames = names };
        return PlanParser.Parse(replied.Text, tools, rules.Of(options.Value)) switch
        {
            PlanReply.Good good => [replied, new PlanAccepted(state.PlanVersion + 1, good.Plan)],
            PlanReply.Malformed malformed => [replied, new PlanRefused(question.Turn, malformed.Mistakes)],
            PlanReply.Declined declined => [replied, RunEnds.Failed(state, need.IfDeclined, need.Why is null ? declined.Why : $"{need.Why}\n\n{declined.Why}", time.GetUtcNow())],
            _ => throw new UnreachableException(),
        };
    }
}
