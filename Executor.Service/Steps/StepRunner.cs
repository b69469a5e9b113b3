using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Steps;

/// <summary>Takes a dispatched step into this process's hands, works on it, and lets go.</summary>
sealed class StepRunner(
    RunJournal journal, Leases leases, StepLoop loop, StepWatch watch, StopSign sign, CurrentBundle bundle, ExecutorInstance instance, IOptions<StepOptions> options, TimeProvider time, ILogger<StepRunner> logger)
{
    /// <param name="announce">Tells who has to do with it that the run stands here now.</param>
    public async Task<StepOutcome> RunAsync(ExecuteStep message, Func<RunState, Task> announce, CancellationToken cancellationToken)
    {
        var state = await journal.LoadAsync(message.RunId, cancellationToken);
        if (Refusal(state, message) is { } early)
        {
            return new StepOutcome.Ignored(early);
        }

        if (!await HasBundleAsync(state!, cancellationToken))
        {
            return new StepOutcome.HandedBack("no policy bundle is in force");
        }

        await using var lease = await leases.TryTakeAsync($"step:{message.RunId:N}:{message.StepId}", instance.Name, options.Value.Lease, hasty: true, cancellationToken);
        if (lease is null)
        {
            return new StepOutcome.Ignored("another executor works on it");
        }

        // What was read before the lease may be old, for its former owner could still append: then the journal refuses, and what is new is looked at.
        if (!await LeaseAsync(state!, message, lease.Token, cancellationToken))
        {
            return new StepOutcome.Ignored("it changed hands");
        }

        using var owned = new OwnedStep(journal, state!, message.StepId, message.Attempt, instance.Name, lease.Token, time);
        var outcome = await WorkAsync(owned, lease, cancellationToken);
        var givenBack = lease.DisposeAsync().AsTask();
        if (outcome is not StepOutcome.Executed)
        {
            // What may follow is another attempt, which has to find it free.
            await givenBack;
        }

        CrashPoint.Reach("step.released");
        await announce(owned.Run);
        CrashPoint.Reach("step.announced");
        await givenBack;
        return outcome;
    }

    async Task<StepOutcome> WorkAsync(OwnedStep owned, Lease lease, CancellationToken cancellationToken)
    {
        logger.StepTaken(owned.Run.RunId, owned.Step.Id, owned.Attempt, owned.Token);
        using var watching = new CancellationTokenSource();
        using var stopped = sign.WhileWorking(owned.RequestKill);
        await using var lost = lease.Lost.Register(owned.RequestKill);
        await using var stopping = cancellationToken.Register(() => _ = StopAsync(owned, watching.Token));
        var watched = watch.RunAsync(owned, watching.Token);
        try
        {
            return await loop.RunAsync(owned);
        }
        catch (StepLostException exception)
        {
            return new StepOutcome.HandedBack(exception.Message);
        }
        catch (OperationCanceledException) when (owned.Stop.IsCancellationRequested)
        {
            return new StepOutcome.HandedBack(lease.Lost.IsCancellationRequested ? "its lease was lost" : sign.IsUp ? "the kill switch was engaged" : cancellationToken.IsCancellationRequested ? "this executor is stopping" : "the run was interrupted");
        }
        finally
        {
            await watching.CancelAsync();
            await watched;
        }
    }

    async Task StopAsync(OwnedStep owned, CancellationToken ended)
    {
        owned.RequestStop();
        try
        {
            await Task.Delay(options.Value.StopGrace, time, ended);
            owned.RequestKill();
        }
        catch (OperationCanceledException)
        {
            // It ended within the grace time.
        }
    }

    async Task<bool> LeaseAsync(RunState state, ExecuteStep message, long token, CancellationToken cancellationToken)
    {
        var leased = new StepLeased(message.StepId, message.Attempt, instance.Name, token);
        while (Refusal(state, message) is null && token > state.Step(message.StepId).Token)
        {
            CrashPoint.Reach("lease.taken");
            if (await journal.AppendAsync(message.RunId, state.Head, [leased], instance.Name, cancellationToken) is AppendResult.Appended appended)
            {
                CrashPoint.Reach("lease.appended");
                state.Apply([leased], appended, instance.Name);
                return true;
            }

            await foreach (var entry in journal.ReadAsync(message.RunId, state.Head.Sequence + 1, cancellationToken))
            {
                state.Apply(entry);
            }
        }

        return false;
    }

    async Task<bool> HasBundleAsync(RunState run, CancellationToken cancellationToken)
    {
        // Just after the start the first bundle is on its way, as is one whose trial has just begun; denying every call meanwhile would fail the step for nothing.
        var began = time.GetTimestamp();
        while (bundle.For(run.Canary?.Canary) is null && time.GetElapsedTime(began) < options.Value.BundleWait)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
        }

        return bundle.For(run.Canary?.Canary) is not null;
    }

    string? Refusal(RunState? state, ExecuteStep message) =>
        state is null ? "there is no such run"
        : state.End is not null ? "the run has ended"
        : state.CancelledBy is not null ? "the run is being cancelled"
        : sign.IsUp || state.HeldBy is not null ? "the kill switch is engaged"
        : state.IsPaused ? "the run is paused"
        : state.StepInPlan(message.StepId) is not { } step ? "the plan has no such step"
        : step.Attempt != message.Attempt ? $"attempt {step.Attempt} is the present one"
        : step.Phase is StepPhase.Dispatched or StepPhase.Running || HasExpired(state, step) || IsToBeChecked(state, step) ? null
        : $"it is {step.Phase}";

    bool HasExpired(RunState state, StepState step) =>
        step.Phase == StepPhase.WaitingApproval
        && step.CallIds.Select(id => state.Calls[id]).Any(call => call.Finished is null && call.Approval is { } approval && time.GetUtcNow() > approval.ExpiresAt);

    static bool IsToBeChecked(RunState state, StepState step) => step.Phase == StepPhase.Unknown && step.CallIds.Any(id => state.Calls[id].OpenCheck is not null);
}
