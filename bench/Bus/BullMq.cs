using System.Diagnostics;
using System.Globalization;
using Agent.TestKit;

namespace Agent.Bench.Bus;

/// <summary>BullMQ from npm, on the same Redis setting, for comparison. Skipped when node, npm or the package are not to be had.</summary>
static class BullMq
{
    static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(2);

    const string Script = """
        const { Queue, Worker } = require('bullmq');
        const [, , port, count] = process.argv.map(Number);
        const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
        const queue = new Queue('bench', { connection });
        const text = 'x'.repeat(1024);
        let left = count, done = 0;
        (async () => {
          const options = { removeOnComplete: true };
          const began = process.hrtime.bigint();
          const finished = new Promise(resolve => {
            new Worker('bench', async () => { if (++done === count) resolve(); }, { connection, concurrency: 64 });
          });
          await Promise.all(Array.from({ length: 64 }, async () => {
            while (left-- > 0) await queue.add('load', { text }, options);
          }));
          await finished;
          console.log(count / (Number(process.hrtime.bigint() - began) / 1e9));
          process.exit(0);
        })();
        """;

    public static async Task<QueueFigures?> RunAsync(bool quick)
    {
        var directory = Directory.CreateTempSubdirectory("agent-bullmq-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(directory, "bench.cjs"), Script);
            if (await RunAsync("npm", ["install", "--no-audit", "--no-fund", "--silent", "bullmq@5"], directory, InstallLimit) is null
                || await RedisServer.TryStartRedisAsync() is not { } redis)
            {
                return null;
            }

            await using (redis)
            {
                var port = redis.ConnectionString.Split(':', ',')[1];
                var output = await RunAsync("node", ["bench.cjs", port, quick ? "3000" : "20000"], directory, InstallLimit);
                return double.TryParse(output, CultureInfo.InvariantCulture, out var rate) ? new QueueFigures("BullMQ, Redis everysec", null, rate, null, null) : null;
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    static async Task<string?> RunAsync(string program, string[] arguments, string directory, TimeSpan limit)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            using var late = new CancellationTokenSource(limit);
            await using var killing = late.Token.Register(() => process.Kill(entireProcessTree: true));
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            if (process.ExitCode == 0)
            {
                return output.Trim();
            }

            await Console.Error.WriteLineAsync($"… without BullMQ: {program} ended with {process.ExitCode}{(late.IsCancellationRequested ? $" after {limit.TotalSeconds:0} s" : "")}: {(await errors).Trim()}");
            return null;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            await Console.Error.WriteLineAsync($"… without BullMQ: {program}: {error.Message}");
            return null;
        }
    }
}
