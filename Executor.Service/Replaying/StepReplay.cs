using Agent.Contracts;
using Agent.Executor.Service.Steps;
using Agent.Executor.Service.Tools;
using Agent.Journal.Replaying;
using Agent.ServiceDefaults.Replaying;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Replaying;

/// <summary>Plays the executors' part of a run again: the very loop and choke point that work on steps, each owner's work from the entry by which it took the step,
/// with model, policy and tools answered from the record.</summary>
sealed class StepReplay(IOptions<StepOptions> options)
{
    public PlayPart Part => (run, policies, cancellationToken) => RunAsync(run, policies is null ? null : new OtherPolicies(policies), cancellationToken);

    public async Task<ReplayPart> RunAsync(RecordedRun run, OtherPolicies? others, CancellationToken cancellationToken)
    {
        var compared = 0;
        ReplayDivergence? first = null;
        for (var index = run.TakenOver; index < run.Entries.Count && (first is null || run.Entries[index].Sequence < first.Sequence); index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (run.Entries[index].Event is not StepLeased)
            {
                continue;
            }

            var step = new RecordedStep(run, index);
            if (step.State.Steps.All(known => known.Id != step.Lease.StepId))
            {
                // Another plan does not have it; that it was dispatched is the planner's to find.
                continue;
            }

            var divergence = await PlayAsync(step, others);
            compared += step.Compared;
            first = divergence is not null && (first is null || divergence.Sequence < first.Sequence) ? divergence : first;
        }

        return new ReplayPart(run.RunId, run.Entries.Count, compared, run.TakenOver, first);
    }

    async Task<ReplayDivergence?> PlayAsync(RecordedStep step, OtherPolicies? others)
    {
        var time = new RecordedTime(step);
        var tools = new RecordedTools(step);
        var policy = new RecordedPolicy(step, others);
        using var model = new RecordedModel(step);
        var calls = new ToolCalls(tools, policy, new CallQuestions(policy, tools, tools, options, time), tools, tools, tools);
        var loop = new StepLoop(new StepModel(model, tools, options, time, NullLogger<StepModel>.Instance), calls, options, time);
        using var owned = new OwnedStep(step, step.State, step.Lease.StepId, step.Lease.Attempt, step.Lease.Owner, step.Lease.Token, time);
        var end = "nothing more";
        try
        {
            end = await loop.RunAsync(owned) is StepOutcome.Parked(var callId) ? $"nothing more: call {callId} waits for a person" : end;
        }
        catch (RecordLeftException left) when (left.Divergence is not null)
        {
            return left.Divergence;
        }
        catch (StepLostException lost)
        {
            end = $"nothing more: {lost.Message}";
        }

        return step.Next is null ? null : step.Left(end, "The step's loop ends here, and went on then.").Divergence;
    }
}
