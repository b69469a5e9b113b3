using System.Diagnostics;
using Agent.RedisTransport;
using Agent.RedisTransport.Queues;
using Agent.Resp;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.Bench.Bus;

/// <summary>The queue below MassTransit: send, receive, acknowledge.</summary>
static class QueueMeasurement
{
    const int InFlight = 64;

    public static async Task<QueueFigures> RunAsync(BenchServer server, bool quick)
    {
        var count = quick ? 20_000 : 150_000;
        await RawAsync(server.Options, count / 5);
        var (raw, rawCost) = await ProcessorTime.OfAsync(count, () => RawAsync(server.Options, count));
        await ThroughputAsync(server.Options, count / 5);
        var (queue, cost) = await ProcessorTime.OfAsync(count, () => ThroughputAsync(server.Options, count));
        var latencies = await LatenciesAsync(server.Options, quick ? 400 : 1500);
        return new QueueFigures(server.Name, raw, queue, latencies.Percentile(50), latencies.Percentile(99), rawCost, cost);
    }

    static async Task<double> RawAsync(RespOptions options, int count)
    {
        await using var redis = new RespConnection(options);
        var body = new byte[1024];
        var left = count;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var push = redis.ExecuteAsync(RespCommand.Of("LPUSH", "raw", body));
                var pop = redis.ExecuteAsync(RespCommand.Of("RPOP", "raw"));
                await push;
                await pop;
            }
        }));
        return count / clock.Elapsed.TotalSeconds;
    }

    static async Task<double> ThroughputAsync(RespOptions options, int count)
    {
        await using var bus = Connect(options);
        var stored = Envelope.Create([], new byte[1024], TimeProvider.System.GetUtcNow(), null).Stored;
        var (left, handled) = (count, 0);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var receiver = new QueueReceiver(bus, new QueueReceiverSettings("bench", 64, 64, Temporary: false, []), async delivery =>
        {
            await delivery.CompleteAsync();
            if (Interlocked.Increment(ref handled) == count)
            {
                done.TrySetResult();
            }
        });
        await receiver.StartAsync(CancellationToken.None);
        var sender = bus.Sender("bench");
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await sender.SendAsync(new Outgoing(bus.NewId(), stored));
            }
        }));
        await done.Task;
        var rate = count / clock.Elapsed.TotalSeconds;
        await receiver.StopTakingAsync();
        await receiver.EndAsync();
        return rate;
    }

    static async Task<Latencies> LatenciesAsync(RespOptions options, int count)
    {
        await using var bus = Connect(options);
        var latencies = new Latencies();
        var sentAt = 0L;
        var got = new SemaphoreSlim(0);
        using var receiver = new QueueReceiver(bus, new QueueReceiverSettings("latency", 64, 64, Temporary: false, []), delivery =>
        {
            latencies.Add(Stopwatch.GetElapsedTime(Interlocked.Read(ref sentAt)));
            got.Release();
            return delivery.CompleteAsync();
        });
        await receiver.StartAsync(CancellationToken.None);
        var stored = Envelope.Create([], new byte[1024], TimeProvider.System.GetUtcNow(), null).Stored;
        var sender = bus.Sender("latency");
        for (var i = 0; i < count; i++)
        {
            Interlocked.Exchange(ref sentAt, Stopwatch.GetTimestamp());
            var sending = sender.SendAsync(new Outgoing(bus.NewId(), stored));
            await got.WaitAsync();
            await sending;
            await Task.Delay(5);
        }

        await receiver.StopTakingAsync();
        await receiver.EndAsync();
        return latencies.Skip(count / 10);
    }

    static BusConnection Connect(RespOptions options) => new(options, new RedisTransportOptions(), NullLogger.Instance, TimeProvider.System);
}
