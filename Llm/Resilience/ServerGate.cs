using System.Diagnostics.Metrics;

namespace Agent.Llm.Resilience;

/// <summary>What all runs of a process share towards one server: so many requests at once, first come first served within a priority; a breaker; and a cool-down after 429, which is no failure.</summary>
sealed class ServerGate(string server, int parallel, BreakerLimits limits, TimeProvider time)
{
    /// <summary>A cool-down of up to this is waited for in line, by those who would be next; a longer one is said.</summary>
    public static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(2);

    static readonly Meter Meter = new("Agent.Llm.Resilience");
    static readonly Counter<long> TripCount = Meter.CreateCounter<long>("circuit_breaker_trips_total", description: "How often breakers opened");

    static readonly TimeSpan FirstCoolDown = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestCoolDown = TimeSpan.FromMinutes(1);

    readonly WaitingLine _line = new(parallel);
    readonly Lock _gate = new();
    readonly Breaker _breaker = new(limits);
    readonly long _start = time.GetTimestamp();
    TimeSpan _coolUntil;
    int _limited;

    public long Trips
    {
        get
        {
            lock (_gate)
            {
                return _breaker.Trips;
            }
        }
    }

    TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>Waits for a place; dispose what comes back to give it on.</summary>
    /// <exception cref="ModelUnavailableException">The server is cooling down, or the breaker is open.</exception>
    public async ValueTask<IDisposable> EnterAsync(int priority, CancellationToken cancellationToken)
    {
        Check(enter: false);
        var place = await _line.EnterAsync(priority, cancellationToken);
        try
        {
            // Looked at again: while this one waited, the others may have found the server gone.
            while (Check(enter: true) is { } cooling)
            {
                await Task.Delay(cooling, time, cancellationToken);
            }

            return place;
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    public void Succeeded()
    {
        lock (_gate)
        {
            _limited = 0;
            _breaker.Succeeded();
        }
    }

    public void Neither()
    {
        lock (_gate)
        {
            _breaker.Neither();
        }
    }

    /// <summary>Takes note of an outage; returns it with the time to ask again.</summary>
    public ModelUnavailableException Failed(ModelUnavailableException outage)
    {
        lock (_gate)
        {
            if (!outage.IsLimit)
            {
                var trips = _breaker.Trips;
                _breaker.Failed(Now);
                if (_breaker.Trips > trips)
                {
                    TripCount.Add(1, new KeyValuePair<string, object?>("breaker", "model"));
                }

                return outage;
            }

            _breaker.Neither();
            var told = outage.RetryAfter is { } after && after > TimeSpan.Zero ? after : Doubled(_limited++);
            _coolUntil = Later(_coolUntil, Now + told);
            return new ModelUnavailableException(outage.Message, told, outage.InnerException) { IsLimit = true };
        }
    }

    /// <returns>How long to wait and look again; null: go on.</returns>
    TimeSpan? Check(bool enter)
    {
        lock (_gate)
        {
            var now = Now;
            if (now < _coolUntil)
            {
                if (_coolUntil - now <= ShortWait)
                {
                    return _coolUntil - now;
                }

                throw new ModelUnavailableException($"{server} asked for fewer requests; it is left alone for another {(_coolUntil - now).TotalSeconds:0.#} s.", _coolUntil - now) { IsLimit = true };
            }

            if ((enter ? _breaker.Enter(now) : null) is { } blocked)
            {
                throw new ModelUnavailableException($"{server} failed again and again; it is tried again in {blocked.TotalSeconds:0.#} s.", blocked);
            }

            return null;
        }
    }

    static TimeSpan Doubled(int times) => times > 6 ? LongestCoolDown : TimeSpan.FromTicks(Math.Min(LongestCoolDown.Ticks, FirstCoolDown.Ticks << times));

    static TimeSpan Later(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
