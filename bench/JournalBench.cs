using System.Diagnostics;
using System.Text.Json;
using Agent.Contracts;
using Agent.Journal;
using Agent.Resp;
using Agent.TestKit;

namespace Agent.Bench;

/// <summary>The journal's figures, on each server and setting that is to be had here.</summary>
static class JournalBench
{
    const int Runs = 100;
    const int Writers = 4;

    public static async Task<int> RunAsync(string[] args)
    {
        var figures = new List<Figures>();
        foreach (var (name, start) in Servers)
        {
            await using var server = await start();
            if (server is not null)
            {
                Console.Error.WriteLine($"{name} …");
                figures.Add(await MeasureAsync(name, server));
            }
        }

        if (args.Contains("--json"))
        {
            Console.WriteLine(JsonSerializer.Serialize(figures, ContractJson.Options));
        }
        else
        {
            Print(figures);
        }

        return 0;
    }

    static IEnumerable<(string Name, Func<Task<RedisServer?>> Start)> Servers =>
    [
        ("Garnet, waits for its file (embedded)", async () => await RedisServer.StartGarnetAsync()),
        ("Redis everysec", () => RedisServer.TryStartRedisAsync()),
        ("Redis always", () => RedisServer.TryStartRedisAsync(["--appendfsync", "always"])),
    ];

    static async Task<Figures> MeasureAsync(string name, RedisServer server)
    {
        await using var world = new World(server.ConnectionString);
        await AppendOneByOneAsync(world, 2_000);
        var appends = await AppendOneByOneAsync(world, 5_000);
        await WriteTogetherAsync(server, TimeSpan.FromSeconds(2));
        var (perSecond, conflicts) = await WriteTogetherAsync(server, TimeSpan.FromSeconds(5));
        var follow = await FollowAsync(world, server, 1_000);
        var (read, load, verify, megabytes, ratio) = await ReadAsync(world, 10_000);
        return new Figures(
            name, Percentile(appends, 50), Percentile(appends, 99), perSecond, conflicts, Percentile(follow, 50), Percentile(follow, 99), read, load, megabytes / (verify / 1000), ratio);
    }

    /// <summary>One writer, one event of about 1 KB at a time.</summary>
    static async Task<List<double>> AppendOneByOneAsync(World world, int count)
    {
        var (runId, head) = await world.SubmitAsync();
        var times = new List<double>(count);
        for (var number = 0; number < count; number++)
        {
            var started = Stopwatch.GetTimestamp();
            head = ((AppendResult.Appended)await world.Journal.AppendAsync(runId, head, [Event(number)], "bench")).Head;
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return times;
    }

    /// <summary>Four writers, each as a process of its own would be, on the same hundred runs: whoever lost takes the new head and goes on. An append has 1 to 4 events.</summary>
    static async Task<(double PerSecond, double Conflicts)> WriteTogetherAsync(RedisServer server, TimeSpan duration)
    {
        await using var first = new World(server.ConnectionString);
        var runs = new List<(Guid RunId, JournalHead Head)>();
        for (var number = 0; number < Runs; number++)
        {
            runs.Add(await first.SubmitAsync());
        }

        var worlds = Enumerable.Range(0, Writers).Select(_ => new World(server.ConnectionString)).ToList();
        var (events, refused, tries) = (0L, 0L, 0L);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(worlds.SelectMany((world, writer) => Enumerable.Range(0, Runs / Writers).Select(lane => Task.Run(async () =>
        {
            // Three of four appends of a lane go to its own run, the fourth to one that another writer works on.
            var own = (lane * Writers) + writer;
            var heads = runs.Select(run => run.Head).ToArray();
            for (var turn = 0; Stopwatch.GetElapsedTime(started) < duration; turn++)
            {
                var run = turn % 4 == 3 ? (own + 1) % Runs : own;
                var batch = Enumerable.Range(0, 1 + (turn % 4)).Select(Event).ToArray();
                Interlocked.Increment(ref tries);
                switch (await world.Journal.AppendAsync(runs[run].RunId, heads[run], batch, "bench"))
                {
                    case AppendResult.Appended(var mine):
                        heads[run] = mine;
                        Interlocked.Add(ref events, batch.Length);
                        break;
                    case AppendResult.Moved(var theirs):
                        heads[run] = theirs;
                        Interlocked.Increment(ref refused);
                        break;
                }
            }
        }))));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        foreach (var world in worlds)
        {
            await world.DisposeAsync();
        }

        return (events / seconds, (double)refused / tries);
    }

    /// <summary>From the answer of an append to its arrival at a follower in another process.</summary>
    static async Task<List<double>> FollowAsync(World world, RedisServer server, int count)
    {
        await using var other = new World(server.ConnectionString);
        var (runId, head) = await world.SubmitAsync();
        var appended = new long[count + 2];
        var times = new List<double>(count);
        var begun = new TaskCompletionSource();
        var following = Task.Run(async () =>
        {
            await foreach (var entry in other.Journal.FollowAsync(runId))
            {
                begun.TrySetResult();
                if (entry.Sequence > 1)
                {
                    times.Add(Math.Max(0, Stopwatch.GetElapsedTime(Volatile.Read(ref appended[entry.Sequence - 1])).TotalMilliseconds));
                }

                if (entry.Sequence == count + 1)
                {
                    return;
                }
            }
        });
        await begun.Task;
        for (var number = 1; number <= count; number++)
        {
            Volatile.Write(ref appended[number], Stopwatch.GetTimestamp());
            head = ((AppendResult.Appended)await world.Journal.AppendAsync(runId, head, [Event(number)], "bench")).Head;
            Volatile.Write(ref appended[number], Stopwatch.GetTimestamp());
            await Task.Delay(2);
        }

        await following;
        return times;
    }

    static async Task<(double ReadMs, double LoadMs, double VerifyMs, double Megabytes, double Ratio)> ReadAsync(World world, int count)
    {
        var (runId, head) = await world.SubmitAsync();
        for (var number = 0; number < count; number += 100)
        {
            head = ((AppendResult.Appended)await world.Journal.AppendAsync(runId, head, [.. Enumerable.Range(number, 100).Select(Event)], "bench")).Head;
        }

        var (read, load, verify) = (double.MaxValue, double.MaxValue, double.MaxValue);
        var (entries, verified) = (0, 0L);
        for (var round = 0; round < 7; round++)
        {
            var started = Stopwatch.GetTimestamp();
            (entries, verified) = (0, 0);
            await foreach (var entry in world.Journal.ReadAsync(runId))
            {
                entries++;
                verified += entry.Canonical.Length + entry.Hash.Length;
            }

            read = Math.Min(read, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            started = Stopwatch.GetTimestamp();
            await world.Journal.LoadAsync(runId);
            load = Math.Min(load, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            started = Stopwatch.GetTimestamp();
            if (!(await world.Journal.VerifyAsync(runId)).Holds)
            {
                throw new InvalidOperationException("The chain does not hold.");
            }

            verify = Math.Min(verify, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        var plain = Enumerable.Range(0, count).Sum(number => (long)JsonSerializer.SerializeToUtf8Bytes<object>(Event(number), ContractJson.Options).Length);
        return (read, load, verify, verified / 1e6, (double)await world.StoredBytesAsync(runId, entries) / plain);
    }

    static IRunEvent Event(int number) => new ToolCallFinished(
        $"survey.1#{number}", "survey", 1, "read_file", ToolCallOutcome.Ok, string.Concat(Enumerable.Repeat("a line of a file that was read\\n", 20)), new string('d', 64), false, 12.5,
        new ToolProvenance("1.0", null, "none", "sha256:" + new string('b', 64), "read-workspace"));

    static double Percentile(List<double> times, int percent)
    {
        var sorted = times.Order().ToList();
        return sorted[Math.Min(sorted.Count - 1, sorted.Count * percent / 100)];
    }

    static void Print(List<Figures> figures)
    {
        Console.WriteLine("| | append p50 / p99 ms | events/s, 100 runs, 4 writers | refused | follow p50 / p99 ms | read 10 000 ms | load ms | verify MB/s | stored ÷ event |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var one in figures)
        {
            Console.WriteLine($"| {one.Server} | {one.AppendP50Ms:0.00} / {one.AppendP99Ms:0.00} | {one.EventsPerSecond:N0} | {one.RefusedShare:P1} | {one.FollowP50Ms:0.0} / {one.FollowP99Ms:0.0} | {one.ReadMs:0} | {one.LoadMs:0} | {one.VerifyMegabytesPerSecond:0} | {one.StoredPerEventByte:0.00} |");
        }

        Console.WriteLine("wanted: append p50 ≤ 0.4, p99 ≤ 2 · ≥ 20,000/s · follow p99 ≤ 20 · read ≤ 100 · verify ≥ 100 · stored ≤ 1.3");
    }

    sealed record Figures(
        string Server, double AppendP50Ms, double AppendP99Ms, double EventsPerSecond, double RefusedShare, double FollowP50Ms, double FollowP99Ms, double ReadMs, double LoadMs,
        double VerifyMegabytesPerSecond, double StoredPerEventByte);

    /// <summary>A journal as one process has it.</summary>
    sealed class World : IAsyncDisposable
    {
        readonly RespConnection _connection;
        readonly RespSubscriber _subscriber;

        public World(string connectionString)
        {
            _connection = new RespConnection(RespOptions.Parse(connectionString));
            _subscriber = new RespSubscriber(RespOptions.Parse(connectionString));
            Journal = new RunJournal(_connection, _subscriber, TimeProvider.System);
        }

        public RunJournal Journal { get; }

        public async Task<(Guid RunId, JournalHead Head)> SubmitAsync()
        {
            var runId = Guid.CreateVersion7();
            return (runId, ((AppendResult.Appended)await Journal.AppendAsync(runId, JournalHead.Empty, [new RunSubmitted("bench", "/tmp", "bench")], "bench")).Head);
        }

        public Task<long> StoredBytesAsync(Guid runId, int entries) => StoredBytes.OfAsync(_connection, runId, entries);

        public async ValueTask DisposeAsync()
        {
            await Journal.DisposeAsync();
            await _subscriber.DisposeAsync();
            await _connection.DisposeAsync();
        }
    }
}
