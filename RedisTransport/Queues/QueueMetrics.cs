using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Agent.Resp;

namespace Agent.RedisTransport.Queues;

/// <summary>Figures of the queues this process receives from, as instruments of the meter <c>Agent.RedisTransport</c>. Redis is asked only while somebody listens.</summary>
sealed class QueueMetrics : IDisposable
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    readonly BusConnection _bus;
    readonly Meter _meter = new("Agent.RedisTransport");
    readonly Counter<long> _redelivered;
    readonly Counter<long> _leasesLost;
    readonly ObservableGauge<long> _depth;
    readonly ConcurrentDictionary<string, Figures> _queues = new(StringComparer.Ordinal);

    public QueueMetrics(BusConnection bus)
    {
        _bus = bus;
        _redelivered = _meter.CreateCounter<long>("agent_bus_redelivered", description: "Messages taken from silent processes and delivered again.");
        _leasesLost = _meter.CreateCounter<long>("agent_bus_leases_lost", description: "Messages that were handled after they had been given to somebody else.");
        _depth = _meter.CreateObservableGauge("agent_bus_queue_depth", () => Observe(figures => figures.Depth), description: "Messages ready to be delivered.");
        _meter.CreateObservableGauge("agent_bus_queue_delayed", () => Observe(figures => figures.Delayed), description: "Messages that are not due yet.");
        _meter.CreateObservableGauge("agent_bus_queue_leased", () => Observe(figures => figures.Leased), description: "Messages being handled.");
        _meter.CreateObservableGauge("agent_bus_queue_errors", () => Observe(figures => figures.Errors), description: "Messages in the error queue.");
        _meter.CreateObservableGauge("agent_bus_queue_oldest_age", () => Observe(figures => figures.OldestAge), "s", "Age of the message to be delivered next.");
    }

    public void Add(string queue, bool temporary)
    {
        if (!temporary)
        {
            _queues[queue] = new Figures(0, 0, 0, 0, 0);
        }
    }

    public void Remove(string queue) => _queues.TryRemove(queue, out _);

    public void Redelivered(string queue, int count) => _redelivered.Add(count, new KeyValuePair<string, object?>("queue", queue));

    public void LeaseLost(string queue) => _leasesLost.Add(1, new KeyValuePair<string, object?>("queue", queue));

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // Soon after the start, then seldom.
        var pause = TimeSpan.FromSeconds(1);
        while (await Waiting.PauseAsync(pause, _bus.Clock, cancellationToken))
        {
            pause = Every;
            try
            {
                foreach (var queue in _depth.Enabled ? _queues.Keys : [])
                {
                    await LookAsync(queue, cancellationToken);
                }
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                _bus.Logger.SweepFailed(error.Message);
            }
        }
    }

    public void Dispose() => _meter.Dispose();

    async Task LookAsync(string queue, CancellationToken cancellationToken)
    {
        var status = await QueueReading.StatusAsync(_bus.Commands, _bus.Keys, queue, _bus.Clock, cancellationToken);
        if (_queues.ContainsKey(queue))
        {
            _queues[queue] = new Figures(status.Ready, status.Delayed, status.Leased, status.Errors, status.OldestAge?.TotalSeconds ?? 0);
        }
    }

    List<Measurement<T>> Observe<T>(Func<Figures, T> figure)
        where T : struct =>
        [.. _queues.Select(queue => new Measurement<T>(figure(queue.Value), new KeyValuePair<string, object?>("queue", queue.Key)))];

    sealed record Figures(long Depth, long Delayed, long Leased, long Errors, double OldestAge);
}
