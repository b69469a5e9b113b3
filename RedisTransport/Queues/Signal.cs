using System.Threading.Tasks.Sources;

namespace Agent.RedisTransport.Queues;

/// <summary>A door bell for one who waits: rings that come while nobody waits are remembered as one. Who waits goes on on the thread that rings, so that no other has to be woken.</summary>
sealed class Signal : IValueTaskSource<bool>, IDisposable
{
    readonly Lock _gate = new();
    readonly TimeProvider _clock;
    readonly ITimer _timer;
    ManualResetValueTaskSourceCore<bool> _core;
    bool _rung;
    bool _waiting;
    long _until;

    // When the timer will look; it is left running when somebody rings, as that is far more often than its end.
    long _timerAt = long.MaxValue;

    public Signal(TimeProvider clock)
    {
        _clock = clock;
        _timer = clock.CreateTimer(static state => ((Signal)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Ring()
    {
        lock (_gate)
        {
            if (!_waiting)
            {
                _rung = true;
                return;
            }

            _waiting = false;
        }

        _core.SetResult(true);
    }

    /// <summary>Waits for a ring or the end of the time-out; true when it rang. By one at a time.</summary>
    public ValueTask<bool> WaitAsync(TimeSpan timeout)
    {
        lock (_gate)
        {
            if (_rung)
            {
                _rung = false;
                return new(true);
            }

            _core.Reset();
            _waiting = true;
            _until = _clock.GetTimestamp() + (long)(timeout.TotalSeconds * _clock.TimestampFrequency);
            if (_until < _timerAt)
            {
                _timerAt = _until;
                _timer.Change(timeout, Timeout.InfiniteTimeSpan);
            }

            return new(this, _core.Version);
        }
    }

    public void Dispose() => _timer.Dispose();

    bool IValueTaskSource<bool>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void Look()
    {
        lock (_gate)
        {
            _timerAt = long.MaxValue;
            if (!_waiting)
            {
                return;
            }

            // A timer may come a little early; a millisecond more is not worth another.
            var left = _clock.GetElapsedTime(_clock.GetTimestamp(), _until);
            if (left > TimeSpan.FromMilliseconds(1))
            {
                _timerAt = _until;
                _timer.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }

            _waiting = false;
        }

        _core.SetResult(false);
    }
}
