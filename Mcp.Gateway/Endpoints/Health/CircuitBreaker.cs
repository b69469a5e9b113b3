using Agent.Mcp.Gateway.Endpoints.Settings;

namespace Agent.Mcp.Gateway.Endpoints.Health;

enum BreakerState
{
    Closed,
    Open,
    HalfOpen,
}

/// <summary>Stops calls to an endpoint that keeps failing. Opens on failures in a row and on failures among the last calls; after a while one call may try.
/// A 429 is neither success nor failure: it ends the try without a verdict and starts a cool-down.</summary>
sealed class CircuitBreaker(BreakerSettings settings, TimeProvider time)
{
    readonly Lock _lock = new();
    readonly Queue<bool> _window = new();
    int _inARow;
    DateTimeOffset? _openUntil;
    DateTimeOffset _coolUntil = DateTimeOffset.MinValue;
    object? _trying;

    public long Trips { get; private set; }

    public BreakerState State
    {
        get
        {
            lock (_lock)
            {
                return _openUntil is not { } until ? BreakerState.Closed : _trying is not null || time.GetUtcNow() >= until ? BreakerState.HalfOpen : BreakerState.Open;
            }
        }
    }

    /// <summary>When a cool-down asked for by the endpoint is over; null if there is none.</summary>
    public DateTimeOffset? CoolUntil
    {
        get
        {
            lock (_lock)
            {
                return _coolUntil > time.GetUtcNow() ? _coolUntil : null;
            }
        }
    }

    /// <summary>A permit to call, or how long to stay away. Every permit is given back with exactly one verdict; disposing it without one counts as none.</summary>
    public (Permit? Permit, TimeSpan Wait, bool CoolingDown) TryEnter()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_coolUntil > now)
            {
                return (null, _coolUntil - now, true);
            }

            if (_openUntil is { } until)
            {
                if (_trying is not null || now < until)
                {
                    return (null, now < until ? until - now : settings.OpenFor, false);
                }

                var permit = new Permit(this);
                _trying = permit;
                return (permit, TimeSpan.Zero, false);
            }

            return (new Permit(this), TimeSpan.Zero, false);
        }
    }

    /// <summary>A probe outside of calls reached the endpoint: no need to wait for a call to try.</summary>
    public void ProbeSucceeded()
    {
        lock (_lock)
        {
            if (_openUntil is { } until && time.GetUtcNow() >= until && _trying is null)
            {
                Close();
            }
        }
    }

    void Settle(Permit permit, bool? succeeded)
    {
        lock (_lock)
        {
            var trying = ReferenceEquals(_trying, permit);
            if (trying)
            {
                _trying = null;
            }

            if (succeeded is not { } verdict)
            {
                return;
            }

            if (_openUntil is not null)
            {
                // Only the call that was let through judges; what was under way before it opened comes late.
                if (trying && verdict)
                {
                    Close();
                }
                else if (trying)
                {
                    Open();
                }

                return;
            }

            _inARow = verdict ? 0 : _inARow + 1;
            _window.Enqueue(!verdict);
            while (_window.Count > settings.Window)
            {
                _window.Dequeue();
            }

            if (_inARow >= settings.ConsecutiveFailures || _window.Count(failed => failed) >= settings.TotalFailures)
            {
                Open();
            }
        }
    }

    void CoolDown(TimeSpan wait)
    {
        lock (_lock)
        {
            var until = time.GetUtcNow() + wait;
            _coolUntil = until > _coolUntil ? until : _coolUntil;
        }
    }

    void Open()
    {
        _openUntil = time.GetUtcNow() + settings.OpenFor;
        _inARow = 0;
        _window.Clear();
        Trips++;
    }

    void Close()
    {
        _openUntil = null;
        _inARow = 0;
        _window.Clear();
    }

    public sealed class Permit(CircuitBreaker breaker) : IDisposable
    {
        bool _settled;

        public void Succeeded() => Settle(true);

        public void Failed() => Settle(false);

        /// <summary>The endpoint asked for a pause.</summary>
        public void CoolDown(TimeSpan wait)
        {
            breaker.CoolDown(wait);
            Settle(null);
        }

        public void Dispose() => Settle(null);

        void Settle(bool? succeeded)
        {
            if (!_settled)
            {
                _settled = true;
                breaker.Settle(this, succeeded);
            }
        }
    }
}
