using Agent.Contracts;
using Agent.Journal;
using Agent.Planner.Service.Plans;
using Agent.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Agent.Planner.Service.Runs;

/// <summary>One look at a run, and the sending of what is owed after it. The only place this service sends from.</summary>
sealed class RunWork(RunCoordinator coordinator, RunPlanning planning, SentMessages sent, Leases leases, IBus bus, IOptions<RunOptions> options, ILogger<RunWork> logger)
{
    static readonly Uri ExecuteStepQueue = new("queue:execute-step");
    static readonly Uri ReviewStepQueue = new("queue:review-step");
    static readonly Uri ReviewRunQueue = new("queue:review-run");
    static readonly Uri TendWorkingCopyQueue = new("queue:tend-working-copy");
    static readonly Uri PlanRunQueue = new("queue:plan-run");

    /// <summary>After a hint: sends what is newly owed.</summary>
    public Task LookAsync(Guid runId, CancellationToken cancellationToken) => LookAsync(runId, isSweep: false, cancellationToken);

    /// <summary>Without a hint: sends also what an owner has dropped.</summary>
    public Task SweepAsync(Guid runId, CancellationToken cancellationToken) => LookAsync(runId, isSweep: true, cancellationToken);

    /// <summary>Looks, and makes the plan if one is needed.</summary>
    public async Task PlanAsync(Guid runId, CancellationToken cancellationToken)
    {
        if (await coordinator.AdvanceAsync(runId, cancellationToken) is not { PlanNeeded: not null } || await planning.PlanAsync(runId, cancellationToken))
        {
            await LookAsync(runId, cancellationToken);
        }
    }

    async Task LookAsync(Guid runId, bool isSweep, CancellationToken cancellationToken)
    {
        if (await coordinator.AdvanceAsync(runId, cancellationToken) is not { } decision)
        {
            return;
        }

        foreach (var next in decision.Next)
        {
            await bus.Publish(new RunAdvanced(next, 0), cancellationToken);
        }

        var owed = decision.PlanNeeded is null ? decision.Owed : [.. decision.Owed, new OwedMessage(new PlanRun(runId), UnlessHeld: RunPlanning.LeaseOf(runId))];
        sent.Keep(runId, owed);
        foreach (var message in owed)
        {
            // What the executor has asked for itself is asked for again by the sweep only.
            if (message.IsAsked && !isSweep)
            {
                continue;
            }

            // Whether an owner is alive is asked by the sweep only: hints come while owners are at work.
            if (message.UnlessHeld is { } lease && ((message.Message is ExecuteStep && !isSweep) || await leases.IsHeldAsync(lease, cancellationToken)))
            {
                continue;
            }

            if (sent.TryClaim(runId, message, options.Value.ResendAfter, decision.IsForCapacity) is > 0 and var times)
            {
                CrashPoint.Reach("command.claimed");
                await SendAsync(runId, message, times, cancellationToken);
                CrashPoint.Reach("command.sent");
            }
        }

        if (decision.WaitsFor is null)
        {
            // The run is over: nothing about it is sent again.
            sent.Keep(runId, []);
        }
    }

    async Task SendAsync(Guid runId, OwedMessage message, int times, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(message.Message, cancellationToken);
        }
        catch
        {
            sent.GiveBack(runId, message);
            throw;
        }

        if (times > 1)
        {
            logger.SentAgain(runId, message.Message.GetType().Name);
        }
    }

    async Task SendAsync(object message, CancellationToken cancellationToken)
    {
        if (message is RunInterrupted interrupted)
        {
            await bus.Publish(interrupted, cancellationToken);
            return;
        }

        var queue = message switch
        {
            ExecuteStep => ExecuteStepQueue,
            ReviewStep => ReviewStepQueue,
            ReviewRun => ReviewRunQueue,
            PlanRun => PlanRunQueue,
            TendWorkingCopy => TendWorkingCopyQueue,
            _ => throw new InvalidOperationException($"{message.GetType().Name} has no queue."),
        };
        var endpoint = await bus.GetSendEndpoint(queue);
        await endpoint.Send(message, message.GetType(), cancellationToken);
    }
}
