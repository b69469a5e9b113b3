namespace Agent.Llm.Resilience;

/// <summary>Opens after failures in a row, or after too many among the last ones; then lets one request through at a time to see. Not thread-safe.</summary>
sealed class Breaker(BreakerLimits limits)
{
    readonly Queue<bool> _last = new();
    int _inARow;
    TimeSpan _openUntil;
    bool _open;
    bool _trying;

    public long Trips { get; private set; }

    public bool IsOpen => _open;

    /// <summary>How long nothing gets through; null: go on. Whoever goes on says how it ended.</summary>
    public TimeSpan? Enter(TimeSpan now)
    {
        if (!_open)
        {
            return null;
        }

        if (now < _openUntil)
        {
            return _openUntil - now;
        }

        if (_trying)
        {
            return limits.TryAgainIn;
        }

        _trying = true;
        return null;
    }

    public void Succeeded()
    {
        (_open, _trying, _inARow) = (false, false, 0);
        Note(true);
    }

    public void Failed(TimeSpan now)
    {
        _inARow++;
        Note(false);
        var many = _last.Count == limits.Window && _last.Count(good => !good) * 100 >= limits.Window * limits.Percent;
        if (_trying || _inARow >= limits.InARow || many)
        {
            Trips += _open ? 0 : 1;
            (_open, _trying, _openUntil) = (true, false, now + limits.OpenFor);
            _last.Clear();
        }
    }

    /// <summary>Neither good nor bad (limited, cancelled): the try is free for the next.</summary>
    public void Neither() => _trying = false;

    void Note(bool good)
    {
        _last.Enqueue(good);
        if (_last.Count > limits.Window)
        {
            _last.Dequeue();
        }
    }
}

/// <summary>When a breaker opens.</summary>
/// <param name="InARow">Failures one after the other.</param>
/// <param name="Window">How many of the last requests are looked at.</param>
/// <param name="Percent">Share of failures among them.</param>
/// <param name="OpenFor">How long nothing is tried.</param>
/// <param name="TryAgainIn">When to ask again while another one tries.</param>
sealed record BreakerLimits(int InARow, int Window, int Percent, TimeSpan OpenFor, TimeSpan TryAgainIn)
{
    public static BreakerLimits Default { get; } = new(5, 20, 60, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));
}
