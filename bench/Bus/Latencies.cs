using System.Collections.Concurrent;

namespace Agent.Bench.Bus;

/// <summary>Measured times, in milliseconds.</summary>
sealed class Latencies
{
    readonly ConcurrentQueue<double> _times = new();

    public void Add(TimeSpan time) => _times.Enqueue(time.TotalMilliseconds);

    /// <summary>Without the first ones, which warmed things up.</summary>
    public Latencies Skip(int count)
    {
        var rest = new Latencies();
        foreach (var time in _times.Skip(count))
        {
            rest._times.Enqueue(time);
        }

        return rest;
    }

    public double Percentile(double percent)
    {
        var sorted = _times.Order().ToArray();
        return sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * percent / 100))];
    }
}
