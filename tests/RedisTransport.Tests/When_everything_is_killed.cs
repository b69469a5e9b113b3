using System.Diagnostics;
using System.Globalization;

namespace Agent.RedisTransport.Tests;

/// <summary>Producers, consumers and the server are killed with -9 at random under load. <c>AGENT_CRASH_SEEDS</c> says how many rounds (default 1),
/// <c>AGENT_CRASH_SECONDS</c> how long each (default 8).</summary>
public class When_everything_is_killed
{
    static readonly int Seeds = Number("AGENT_CRASH_SEEDS", 1);
    static readonly TimeSpan Duration = TimeSpan.FromSeconds(Number("AGENT_CRASH_SECONDS", 8));

    [Theory, OnServers]
    public async Task Every_accepted_message_is_processed(TransportKind kind)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var result = await RunAsync(kind, seed);
            var line = $"{kind}, seed {seed}: {result}";
            TestContext.Current.TestOutputHelper?.WriteLine(line);
            await File.AppendAllTextAsync(Environment.GetEnvironmentVariable("AGENT_CRASH_LOG") ?? "/dev/null", line + "\n", TestContext.Current.CancellationToken);

            result.Lost.ShouldBe(0, line);
            result.Accepted.ShouldBeGreaterThan(0, line);
        }
    }

    static async Task<Result> RunAsync(TransportKind kind, int seed)
    {
        var world = await World.OwnAsync(kind, kind == TransportKind.Redis ? ["--appendfsync", "always"] : []);
        await using var server = world.Server!;
        var random = new Random(seed);
        var logs = Directory.CreateTempSubdirectory("agent-crash-").FullName;
        var started = 0;

        // A log of its own each: .NET's append writes where the file ended when it was opened.
        Task<WorkerProcess> StartAsync(string mode) => WorkerProcess.StartAsync(world, mode, "crash", Path.Combine(logs, $"{mode}-{started++}"));
        var workers = new List<(string Mode, WorkerProcess Process)>();
        var kills = 0;
        try
        {
            foreach (var mode in (string[])["consume", "consume", "produce", "produce"])
            {
                workers.Add((mode, await StartAsync(mode)));
            }

            var clock = Stopwatch.StartNew();
            while (clock.Elapsed < Duration)
            {
                await Task.Delay(random.Next(200, 1200), TestContext.Current.CancellationToken);
                kills++;
                var victim = random.Next(workers.Count + 1);
                if (victim == workers.Count)
                {
                    await server.KillAndRestartAsync();
                    continue;
                }

                var (mode, process) = workers[victim];
                await process.KillAsync();
                workers[victim] = (mode, await StartAsync(mode));
            }

            foreach (var (_, producer) in workers.Where(worker => worker.Mode == "produce"))
            {
                await producer.KillAsync();
            }

            await using var inspector = new Inspecting(world);
            QueueStatus? status = null;
            await Eventually.HoldsAsync(
                async () => (status = await inspector.Queues.ShowAsync("crash")) is { Ready: 0, Leased: 0 },
                TimeSpan.FromMinutes(2),
                () => $"{status}\n{string.Join('\n', workers.Select(worker => $"{worker.Mode}: {worker.Process}"))}\n{server.Output}");
            return Judge(logs, kills);
        }
        finally
        {
            foreach (var (_, process) in workers)
            {
                await process.DisposeAsync();
            }

            Directory.Delete(logs, recursive: true);
        }
    }

    static Result Judge(string logs, int kills)
    {
        var accepted = Lines(logs, "produce").Where(line => line.Contains('-', StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        var handled = Lines(logs, "consume").Where(line => line.Contains('-', StringComparison.Ordinal)).Select(line => line.Split(' ')).ToLookup(line => line[0], line => line.Length > 1);
        var twice = handled.Where(times => times.Count() > 1).ToList();
        return new Result(kills, accepted.Count, accepted.Count(id => !handled.Contains(id)), twice.Count, twice.Count(times => !times.Any(redelivered => redelivered)));
    }

    static IEnumerable<string> Lines(string logs, string mode) => Directory.EnumerateFiles(logs, $"{mode}-*").SelectMany(WorkerProcess.ReadShared);

    static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    /// <param name="Twice">Messages that were handled more than once.</param>
    /// <param name="Unmarked">Of these, those never marked as redelivered: a send repeated because the server died before it answered.</param>
    sealed record Result(int Kills, int Accepted, int Lost, int Twice, int Unmarked)
    {
        public override string ToString() => $"{Kills} kills, {Accepted} accepted, {Lost} lost, {Twice} handled more than once ({Unmarked} by a repeated send)";
    }
}
