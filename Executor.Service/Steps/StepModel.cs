using Agent.Contracts;
using Agent.Guardrails.Secrets;
using Agent.Llm;
using Agent.Llm.Cassettes;
using Agent.ServiceDefaults.Budgets;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Steps;

/// <summary>Asks the model for the next turn of a step. A server that is away makes the run wait, and is asked again until it answers or the step is stopped.</summary>
sealed class StepModel(IChatClient model, IToolOffers offers, IOptions<StepOptions> options, TimeProvider time, ILogger<StepModel> logger)
{
    const string Capacity = "capacity";

    public async Task<ModelReplied> AskAsync(OwnedStep owned)
    {
        var step = owned.Step;
        var offer = await offers.OfferAsync(step.Definition.Tools, owned.Stop);
        var request = new ChatOptions
        {
            Tools = [.. offer.Tools],
            AdditionalProperties = new() { ["agent.role"] = "executor", ["agent.run_id"] = owned.Run.RunId.ToString(), ["agent.step_id"] = step.Id, [ModelCall.Priority] = owned.Run.Priority, [BudgetScope.Property] = BudgetScope.Of(owned.Run) },
        };
        var question = new ModelQuestion("executor", step.Id, owned.Attempt, step.Replies.Count + 1, owned.Run.Head.Sequence, Conversation.Of(owned.Run, step), request, offer);
        var isWaiting = false;
        for (var pause = TimeSpan.FromSeconds(1); ; pause = Least(pause * 2))
        {
            var started = time.GetTimestamp();
            try
            {
                var response = await model.GetResponseAsync(question.Messages, request, owned.Stop);
                return question.Answered(response, time.GetElapsedTime(started).TotalMilliseconds, SecretText.Redact);
            }
            catch (ModelUnavailableException outage)
            {
                isWaiting = await WaitAsync(owned, isWaiting, outage.Message, outage.RetryAfter ?? pause);
            }
            catch (OperationCanceledException) when (!owned.Stop.IsCancellationRequested)
            {
                // A client's own time limit shows itself so.
                isWaiting = await WaitAsync(owned, isWaiting, "The model server gave no answer in time.", pause);
            }
        }
    }

    async Task<bool> WaitAsync(OwnedStep owned, bool isWaiting, string problem, TimeSpan pause)
    {
        logger.ModelAway(owned.Run.RunId, owned.Step.Id, problem);
        if (!isWaiting)
        {
            await owned.AppendIntentAsync(new RunWaiting(Capacity, problem, owned.Step.Id));
        }

        await Task.Delay(Least(pause), time, owned.Stop);
        return true;
    }

    TimeSpan Least(TimeSpan pause) => pause < options.Value.MaxModelPause ? pause : options.Value.MaxModelPause;
}
