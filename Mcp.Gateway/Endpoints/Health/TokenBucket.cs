using Agent.Mcp.Gateway.Endpoints.Settings;

namespace Agent.Mcp.Gateway.Endpoints.Health;

/// <summary>How often an endpoint may be called. A call short of a token waits for it up to a limit, in order; past the limit it is refused as throttled.</summary>
sealed class TokenBucket(RateLimitSettings settings, TimeProvider time)
{
    readonly Lock _lock = new();
    double _tokens = settings.Burst;
    long _filledAt = time.GetTimestamp();
    bool _throttling;

    /// <summary>Calls refused.</summary>
    public long Throttled { get; private set; }

    /// <summary>Stretches of time in which calls were refused, however many.</summary>
    public long Incidents { get; private set; }

    public bool IsThrottling
    {
        get
        {
            lock (_lock)
            {
                Fill();
                return _throttling;
            }
        }
    }

    /// <summary>Takes a token, possibly one of the near future. Null: go after <paramref name="wait"/>; else refused, and when to come again.</summary>
    public TimeSpan? Take(out TimeSpan wait)
    {
        lock (_lock)
        {
            Fill();
            wait = _tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / settings.PerSecond);
            if (wait <= settings.MaxWait)
            {
                // Goes below zero: whoever comes next waits behind this one.
                _tokens--;
                return null;
            }

            Throttled++;
            if (!_throttling)
            {
                _throttling = true;
                Incidents++;
            }

            return wait;
        }
    }

    void Fill()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(settings.Burst, _tokens + time.GetElapsedTime(_filledAt, now).TotalSeconds * settings.PerSecond);
        _filledAt = now;

        // An incident ends when nobody would have to wait.
        _throttling &= _tokens < 1;
    }
}
