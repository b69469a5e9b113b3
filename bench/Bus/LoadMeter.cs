using System.Diagnostics;
using MassTransit;

namespace Agent.Bench.Bus;

/// <summary>Publishes, and watches what arrives.</summary>
sealed class LoadMeter
{
    int _expected;
    TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Latencies _latencies = new();

    public void Consumed(Load load)
    {
        _latencies.Add(Stopwatch.GetElapsedTime(load.SentAt));
        if (Interlocked.Decrement(ref _expected) == 0)
        {
            _all.TrySetResult();
        }
    }

    public async Task<double> ThroughputAsync(IBus bus, string text, int inFlight, int count)
    {
        Expect(count);
        var left = count;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await bus.Publish(new Load(text, Stopwatch.GetTimestamp()));
            }
        }));
        await _all.Task;
        return count / clock.Elapsed.TotalSeconds;
    }

    public async Task<Latencies> OneWayAsync(IBus bus, string text, int count)
    {
        Expect(count);
        for (var i = 0; i < count; i++)
        {
            await bus.Publish(new Load(text, Stopwatch.GetTimestamp()));
            await Task.Delay(5);
        }

        await _all.Task;
        return _latencies.Skip(count / 10);
    }

    void Expect(int count)
    {
        _latencies = new Latencies();
        _all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _expected, count);
    }
}
