using System.Text.Json;
using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.Resp;

namespace Agent.Executor.Service.Steps;

/// <summary>One step attempt in this process's hands: the run as known, and the only way to append facts about it. Each append is refused by the journal when it moved,
/// and then allowed again only if the step is still ours.</summary>
sealed class OwnedStep(IRunLog journal, RunState state, string stepId, int attempt, string owner, long token, TimeProvider time) : IDisposable
{
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    readonly CancellationTokenSource _stop = new();
    readonly CancellationTokenSource _kill = new();
    readonly SemaphoreSlim _appending = new(1, 1);

    public RunState Run => state;

    public StepState Step => state.Step(stepId);

    public int Attempt => attempt;

    public long Token => token;

    /// <summary>Begin nothing more: paused, cancelled, lost, or this process is stopping.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>End what is running too: cancelled, or lost.</summary>
    public CancellationToken Kill => _kill.Token;

    public void RequestStop() => _stop.Cancel();

    public void RequestKill()
    {
        _stop.Cancel();
        _kill.Cancel();
    }

    /// <summary>What comes before acting. Refused when the run was paused or cancelled meanwhile.</summary>
    public Task AppendIntentAsync(params IReadOnlyList<IRunEvent> events) => AppendAsync(events, toAct: true, null, _stop.Token);

    /// <summary>An intent that rests on something: asked again whenever the journal turns out to have moved, just before it is written.</summary>
    /// <returns>False: it no longer holds, and nothing was written.</returns>
    public Task<bool> TryAppendIntentAsync(Func<bool> holds, IReadOnlyList<IRunEvent> events) => AppendAsync(events, toAct: true, holds, _stop.Token);

    /// <summary>What has happened already. It is kept, and tried again, until it stands in the journal or the step is another's.</summary>
    public async Task AppendOutcomeAsync(params IReadOnlyList<IRunEvent> events)
    {
        for (var pause = TimeSpan.FromMilliseconds(50); ; pause = pause * 2 > LongestPause ? LongestPause : pause * 2)
        {
            try
            {
                await AppendAsync(events, toAct: false, null, CancellationToken.None);
                return;
            }
            catch (RespConnectionException)
            {
                // The store is away. The outcome is known to nobody else, so it is not given up while this process lives.
                await Task.Delay(pause, time, CancellationToken.None);
            }
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        _kill.Dispose();
        _appending.Dispose();
    }

    async Task<bool> AppendAsync(IReadOnlyList<IRunEvent> events, bool toAct, Func<bool>? holds, CancellationToken cancellationToken)
    {
        await _appending.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                // Only before it is sent: an intent that is written while its writer has gone looks like an effect of unknown outcome.
                cancellationToken.ThrowIfCancellationRequested();
                Check(toAct);
                if (holds?.Invoke() == false)
                {
                    return false;
                }

                switch (await journal.AppendAsync(state.RunId, state.Head, events, owner, CancellationToken.None))
                {
                    case AppendResult.Appended appended:
                        state.Apply(events, appended, owner);
                        return true;
                    case AppendResult.Moved when await CatchUpAsync(events[0]):
                        return true;
                }
            }
        }
        finally
        {
            _appending.Release();
        }
    }

    /// <returns>Whether the event is among what was new: an earlier try of ours had arrived though its answer was lost.</returns>
    async Task<bool> CatchUpAsync(IRunEvent sought)
    {
        var found = false;
        await foreach (var entry in journal.ReadAsync(state.RunId, state.Head.Sequence + 1))
        {
            state.Apply(entry);
            found |= entry.Actor == owner && entry.Event.GetType() == sought.GetType() && Text(entry.Event) == Text(sought);
        }

        return found;
    }

    void Check(bool toAct)
    {
        var refusal = state.End is not null ? "the run has ended"
            : state.StepInPlan(stepId) is null ? "the plan no longer has the step"
            : Step.Attempt != attempt ? $"attempt {Step.Attempt} was dispatched"
            : Step.Owner != owner || Step.Token != token ? $"{Step.Owner} owns the step"
            : Step.Phase is StepPhase.Executed or StepPhase.Failed or StepPhase.Accepted or StepPhase.Rejected ? "the step has ended"
            : toAct && state.CancelledBy is not null ? "the run is being cancelled"
            : toAct && state.IsPaused ? "the run is paused"
            : toAct && state.HeldBy is not null ? "the kill switch is engaged"
            : null;
        if (refusal is not null)
        {
            RequestStop();
            throw new StepLostException(refusal);
        }
    }

    static string Text(IRunEvent runEvent) => JsonSerializer.Serialize(runEvent, runEvent.GetType(), ContractJson.Options);
}
