using Agent.Journal.Stops;

namespace Agent.ServiceDefaults;

/// <summary>The kill switch as this process knows it. Not read yet counts as engaged: whoever asks does nothing.</summary>
public sealed class StopSign
{
    readonly Lock _gate = new();
    readonly HashSet<Work> _work = [];
    KillSwitchState? _state;
    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null before the first reading.</summary>
    public KillSwitchState? State => Volatile.Read(ref _state);

    /// <summary>Begin nothing.</summary>
    public bool IsUp => State is null or { IsEngaged: true };

    /// <summary>Pieces of work that were begun and have not ended.</summary>
    public int InFlight
    {
        get
        {
            lock (_gate)
            {
                return _work.Count;
            }
        }
    }

    /// <summary>For as long as a piece of work goes on: <paramref name="end"/> is called once if the sign goes up, at once if it is. Dispose when the work has ended.</summary>
    public IDisposable WhileWorking(Action end)
    {
        var work = new Work(this, end);
        bool isUp;
        lock (_gate)
        {
            _work.Add(work);
            isUp = IsUp;
        }

        if (isUp)
        {
            end();
        }

        return work;
    }

    /// <summary>Completes with the next change.</summary>
    public Task ChangedAsync() => Volatile.Read(ref _changed).Task;

    /// <summary>Takes what was read; older than what is known, it changes nothing.</summary>
    public void Show(KillSwitchState state)
    {
        Work[] toEnd;
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (_state is { } known && (known == state || state.Epoch < known.Epoch))
            {
                return;
            }

            _state = state;
            toEnd = state.IsEngaged ? [.. _work] : [];
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        foreach (var work in toEnd)
        {
            work.End();
        }

        changed.TrySetResult();
    }

    void Forget(Work work)
    {
        lock (_gate)
        {
            _work.Remove(work);
        }
    }

    sealed class Work(StopSign sign, Action end) : IDisposable
    {
        public void End() => end();

        public void Dispose() => sign.Forget(this);
    }
}
