using System.Text;

namespace Agent.Bench.Bus;

/// <param name="RawPerSecond">A pipelined push and pop loop of the same client; null where there is none.</param>
/// <param name="PerSecond">Sent, received and acknowledged.</param>
/// <param name="RawCost">Microseconds of this process's processor time for each, in the raw loop.</param>
/// <param name="Cost">The same, in the queue.</param>
sealed record QueueFigures(string Name, double? RawPerSecond, double PerSecond, double? P50, double? P99, double? RawCost = null, double? Cost = null);

/// <param name="PerSecond">Published and consumed.</param>
/// <param name="OneWayP50">Milliseconds from publish to consumer, at 200/s.</param>
/// <param name="RequestP50">Milliseconds, one at a time.</param>
/// <param name="RequestsPerSecond">At 32 in parallel.</param>
/// <param name="Cost">Microseconds of this process's processor time for each message published and consumed.</param>
sealed record BusFigures(string Name, double PerSecond, double OneWayP50, double OneWayP99, double RequestP50, double RequestsPerSecond, double Cost);

sealed record Ratio(string What, double Value, double Target, bool Met);

sealed class BusReport
{
    public List<QueueFigures> Queues { get; } = [];

    public List<BusFigures> Buses { get; } = [];

    public object WithRatios() => new { queues = Queues, buses = Buses, ratios = Ratios().ToList() };

    public string ToText()
    {
        var text = new StringBuilder();
        text.AppendLine($"{"queue alone, 1 KB",-28}{"raw/s",10}{"queue/s",10}{"ratio",8}{"p50 ms",9}{"p99 ms",9}{"raw µs",9}{"µs each",9}");
        foreach (var queue in Queues)
        {
            text.AppendLine($"{queue.Name,-28}{queue.RawPerSecond,10:N0}{queue.PerSecond,10:N0}{queue.PerSecond / queue.RawPerSecond,8:0.00}{queue.P50,9:0.00}{queue.P99,9:0.00}{queue.RawCost,9:0.0}{queue.Cost,9:0.0}");
        }

        text.AppendLine().AppendLine($"{"through MassTransit, 1 KB",-28}{"pub/s",10}{"p50 ms",9}{"p99 ms",9}{"req p50",9}{"req/s 32",10}{"µs each",9}");
        foreach (var bus in Buses)
        {
            text.AppendLine($"{bus.Name,-28}{bus.PerSecond,10:N0}{bus.OneWayP50,9:0.00}{bus.OneWayP99,9:0.00}{bus.RequestP50,9:0.00}{bus.RequestsPerSecond,10:N0}{bus.Cost,9:0}");
        }

        text.AppendLine().AppendLine($"{"target",-64}{"measured",10}{"wanted",10}");
        foreach (var ratio in Ratios())
        {
            text.AppendLine($"{ratio.What,-64}{ratio.Value,10:0.00}{ratio.Target,10:0.00}  {(ratio.Met ? "met" : "missed")}");
        }

        return text.ToString();
    }

    IEnumerable<Ratio> Ratios()
    {
        foreach (var (queue, least) in Queues.Where(queue => queue.RawPerSecond is not null).Select(queue => (queue, queue.Name.StartsWith("Garnet", StringComparison.Ordinal) ? 1.0 : 0.65)))
        {
            yield return AtLeast($"{queue.Name}: queue / raw", queue.PerSecond / queue.RawPerSecond!.Value, least);
            yield return AtMost($"{queue.Name}: p50 ms at 200/s", queue.P50 ?? 0, 0.45);
            yield return AtMost($"{queue.Name}: p99 ms at 200/s", queue.P99 ?? 0, 2.5);
        }

        var memory = Buses.Find(bus => bus.Name == "memory");
        var rabbit = Buses.Find(bus => bus.Name == "RabbitMQ");
        foreach (var bus in Buses.Where(bus => bus != memory && bus != rabbit))
        {
            if (rabbit is not null)
            {
                yield return AtLeast($"{bus.Name}: publish / RabbitMQ", bus.PerSecond / rabbit.PerSecond, 2);
                yield return AtLeast($"{bus.Name}: 32 requests / RabbitMQ", bus.RequestsPerSecond / rabbit.RequestsPerSecond, 1.7);
            }

            if (memory is not null)
            {
                yield return AtLeast($"{bus.Name}: publish / memory", bus.PerSecond / memory.PerSecond, 0.6);
            }

            yield return AtMost($"{bus.Name}: one way p50 ms", bus.OneWayP50, 0.35);
            yield return AtMost($"{bus.Name}: request p50 ms", bus.RequestP50, 0.5);
        }
    }

    static Ratio AtLeast(string what, double value, double target) => new(what, value, target, value >= target);

    static Ratio AtMost(string what, double value, double target) => new(what, value, target, value <= target);
}
