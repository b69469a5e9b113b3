using System.Diagnostics;
using System.Text.Json;
using Agent.Bench.Bus;
using Agent.Executor.Service.Sandbox;
using Agent.ServiceDefaults.Starting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Agent.Bench;

/// <summary>What a sandbox adds to a command that does nothing, against the same program started bare in the same run.</summary>
static class SandboxBench
{
    const int Rounds = 100;
    const int Warmup = 10;

    // A model thinks between two commands; one call after the other is the worst there is.
    static readonly TimeSpan Thinking = TimeSpan.FromMilliseconds(500);

    public static async Task<int> RunAsync(string[] args)
    {
        var workspace = Directory.CreateTempSubdirectory("bench-").FullName;
        try
        {
            var bare = await MeasureAsync(() => BareAsync(workspace));
            var results = new List<Result> { new("bare", bare.Percentile(50), bare.Percentile(95), 0) };
            foreach (var level in (string[])["plain", "bubblewrap", "landlock"])
            {
                if (await CommandsAsync(level) is { } commands)
                {
                    Task ActAsync() => commands.RunAsync(new SandboxedCommand(["true"], workspace, $"{Guid.CreateVersion7():N}", TimeSpan.FromMinutes(1)), CancellationToken.None);
                    foreach (var (name, pause) in ((string, TimeSpan)[])[(level, TimeSpan.Zero), ($"{level}, with pauses", Thinking)])
                    {
                        var times = await MeasureAsync(ActAsync, pause);
                        results.Add(new Result(name, times.Percentile(50), times.Percentile(95), times.Percentile(50) - bare.Percentile(50)));
                    }
                }
            }

            if (args.Contains("--json"))
            {
                Console.WriteLine(JsonSerializer.Serialize(results));
                return 0;
            }

            foreach (var result in results)
            {
                Console.WriteLine($"{result.Level,-25} p50 {result.P50:0.0} ms, p95 {result.P95:0.0} ms, over the bare process {result.Added:0.0} ms");
            }

            return 0;
        }
        finally
        {
            Directory.Delete(workspace, recursive: true);
        }
    }

    static async Task<Latencies> MeasureAsync(Func<Task> act, TimeSpan pause = default)
    {
        var times = new Latencies();
        for (var round = 0; round < Rounds + Warmup; round++)
        {
            var start = Stopwatch.GetTimestamp();
            await act();
            times.Add(Stopwatch.GetElapsedTime(start));
            await Task.Delay(pause);
        }

        return times.Skip(Warmup);
    }

    static async Task BareAsync(string workspace)
    {
        using var process = Process.Start(new ProcessStartInfo("true") { WorkingDirectory = workspace, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false })!;
        await process.WaitForExitAsync();
    }

    static async Task<CommandRunner?> CommandsAsync(string level)
    {
        var options = Options.Create(new SandboxOptions { Level = level });
        var launcher = new LaunchThread();
        var choice = new SandboxChoice(launcher, options, TimeProvider.System, NullLogger<SandboxChoice>.Instance);
        try
        {
            await choice.StartAsync(CancellationToken.None);
            return new CommandRunner(choice, launcher, options, TimeProvider.System);
        }
        catch (SettingsException missing)
        {
            Console.Error.WriteLine(missing.Message);
            return null;
        }
    }

    sealed record Result(string Level, double P50, double P95, double Added);
}
