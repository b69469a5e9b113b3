using System.Text.RegularExpressions;
using Agent.Contracts;
using Agent.Executor.Service.Tools;
using Agent.Journal.Budgets;
using Agent.Journal.Runs;
using Agent.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Steps;

/// <summary>Thought → action → observation, from wherever the journal says the step stands, until it has its answer or a limit is met.</summary>
sealed partial class StepLoop(StepModel model, ToolCalls calls, IOptions<StepOptions> options, TimeProvider time, StepBudget? budget = null)
{
    public async Task<StepOutcome> RunAsync(OwnedStep owned)
    {
        try
        {
            await (budget?.TakeStepAsync(owned) ?? Task.CompletedTask);
            return await GoOnAsync(owned);
        }
        catch (BudgetExhaustedException exhausted)
        {
            return await FailAsync(owned, "budget", exhausted.Message, retryable: false);
        }
        catch (BudgetAskException ask)
        {
            await owned.AppendIntentAsync(new RunWaiting("budget", ask.Message, owned.Step.Id));
            return new StepOutcome.HandedBack(ask.Message);
        }
    }

    async Task<StepOutcome> GoOnAsync(OwnedStep owned)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            owned.Stop.ThrowIfCancellationRequested();
            if (await AdvanceCallsAsync(owned) is { } parked)
            {
                return new StepOutcome.Parked(parked);
            }

            if (owned.Step.Replies is [.., { Calls.Count: 0 } last])
            {
                return await EndAsync(owned, last.Text);
            }

            if (LimitMet(owned.Step, began) is { } limit)
            {
                return await FailAsync(owned, "limit", limit, retryable: false);
            }

            ModelReplied reply;
            try
            {
                reply = await model.AskAsync(owned);
                CrashPoint.Reach("model.replied");
                if (reply.Calls.Count > 0)
                {
                    await owned.AppendIntentAsync(reply);
                    CrashPoint.Reach("reply.appended");
                }
            }
            catch (Exception exception) when (exception is not (BudgetExhaustedException or BudgetAskException or OperationCanceledException or StepLostException or Resp.RespConnectionException or Resp.RespServerException))
            {
                return await FailAsync(owned, "model", $"The model's answer could not be taken: {exception.Message}", retryable: true);
            }

            if (reply.Calls.Count == 0)
            {
                return await EndAsync(owned, reply.Text, reply);
            }
        }
    }

    /// <returns>The call that waits for a person; null when all are finished.</returns>
    async Task<string?> AdvanceCallsAsync(OwnedStep owned)
    {
        var ordinal = 0;
        foreach (var requested in owned.Step.Replies.SelectMany(reply => reply.Calls).ToList())
        {
            owned.Stop.ThrowIfCancellationRequested();
            var callId = Conversation.CallId(owned.Step, ++ordinal);
            if (budget is not null && ordinal <= options.Value.MaxToolCalls && !owned.Run.Calls.ContainsKey(callId))
            {
                await budget.TakeCallAsync(owned, callId);
            }

            if (ordinal <= options.Value.MaxToolCalls && await calls.AdvanceAsync(owned, callId, requested) == CallProgress.Parked)
            {
                return callId;
            }
        }

        return null;
    }

    string? LimitMet(StepState step, long began) =>
        step.Replies.Count >= options.Value.MaxTurns ? $"No answer after {step.Replies.Count} turns."
        : step.Replies.Sum(reply => reply.Calls.Count) > options.Value.MaxToolCalls ? $"No answer within {options.Value.MaxToolCalls} tool calls."
        : time.GetElapsedTime(began) > options.Value.MaxDuration ? $"No answer within {options.Value.MaxDuration}."
        : null;

    /// <param name="before">What is to stand before the end in the journal, in the same append.</param>
    static async Task<StepOutcome> EndAsync(OwnedStep owned, string answer, params IReadOnlyList<IRunEvent> before)
    {
        if (string.IsNullOrWhiteSpace(answer))
        {
            return await FailAsync(owned, "model", "The model ended the step without an answer.", retryable: true, before);
        }

        await owned.AppendOutcomeAsync([.. before, new StepExecuted(owned.Step.Id, owned.Attempt, answer, Evidence(owned, answer), owned.Token)]);
        CrashPoint.Reach("step.executed");
        return new StepOutcome.Executed();
    }

    static async Task<StepOutcome> FailAsync(OwnedStep owned, string code, string reason, bool retryable, params IReadOnlyList<IRunEvent> before)
    {
        await owned.AppendOutcomeAsync([.. before, new StepFailed(owned.Step.Id, owned.Attempt, code, reason, retryable, owned.Token)]);
        CrashPoint.Reach("step.failed");
        return new StepOutcome.Failed(code, reason);
    }

    // What the answer cites; all that succeeded, where it cites nothing.
    static List<string> Evidence(OwnedStep owned, string answer)
    {
        var succeeded = owned.Step.CallIds.Where(id => owned.Run.Calls[id].Finished?.Outcome == ToolCallOutcome.Ok).ToList();
        var cited = Citation().Matches(answer).Select(match => match.Groups["id"].Value).Distinct(StringComparer.Ordinal).Where(owned.Run.Calls.ContainsKey).ToList();
        return cited.Count > 0 ? cited : succeeded;
    }

    [GeneratedRegex(@"\[(?<id>[a-z0-9_-]{1,32}\.\d+#\d+)\]", RegexOptions.None, 1000)]
    private static partial Regex Citation();
}
