namespace Agent.Mcp.Gateway.Endpoints.Health;

/// <summary>Durations of the last answered calls, for percentiles on a card; the histogram on <c>/metrics</c> has the long view.</summary>
sealed class LatencyWindow
{
    const int Size = 512;
    readonly Lock _lock = new();
    readonly double[] _ring = new double[Size];
    long _count;

    public void Add(TimeSpan duration)
    {
        lock (_lock)
        {
            _ring[_count++ % Size] = duration.TotalMilliseconds;
        }
    }

    /// <summary>Null before the first call.</summary>
    public Percentiles? Read()
    {
        double[] sorted;
        lock (_lock)
        {
            sorted = _ring[..(int)Math.Min(_count, Size)];
        }

        if (sorted.Length == 0)
        {
            return null;
        }

        Array.Sort(sorted);
        return new(At(0.50), At(0.95), At(0.99), sorted.Length);

        // Nearest rank: a value that was really measured.
        double At(double share) => Math.Round(sorted[(int)Math.Ceiling(share * sorted.Length) - 1], 3);
    }
}

/// <param name="Samples">How many calls they are taken from.</param>
sealed record Percentiles(double P50Ms, double P95Ms, double P99Ms, int Samples);
