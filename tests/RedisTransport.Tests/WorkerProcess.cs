using System.Collections.Concurrent;
using System.Diagnostics;

namespace Agent.RedisTransport.Tests;

/// <summary>A BusWorker process, to be killed with -9.</summary>
sealed class WorkerProcess : IAsyncDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    readonly Process _process;
    readonly ConcurrentQueue<string> _said = new();

    WorkerProcess(Process process, string log)
    {
        _process = process;
        Log = log;
    }

    public string Log { get; }

    public bool HasExited => _process.HasExited;

    public static async Task<WorkerProcess> StartAsync(World world, string mode, string queue, string? log = null)
    {
        log ??= Path.Combine(Path.GetTempPath(), $"busworker-{Guid.CreateVersion7():N}.log");
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["DOTNET_TieredCompilation"] = "1";
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "Agent.BusWorker.dll"), mode, world.Server!.ConnectionString, world.Prefix, queue, log])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        var worker = new WorkerProcess(process, log);
        process.OutputDataReceived += worker.Hear;
        process.ErrorDataReceived += worker.Hear;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        await worker.UntilAsync(lines => lines.Contains("ready") || process.HasExited, StartLimit);
        return worker;
    }

    /// <summary>How it stands, and what it said last, for a message about what went wrong.</summary>
    public override string ToString() => $"{(HasExited ? $"ended with {_process.ExitCode}" : "runs")}, said: {string.Join('|', _said.TakeLast(20))}";

    public string[] Lines() => File.Exists(Log) ? ReadShared(Log) : [];

    public async Task UntilAsync(Func<string[], bool> seen, TimeSpan? limit = null)
    {
        var clock = Stopwatch.StartNew();
        while (!seen(Lines()))
        {
            if (clock.Elapsed > (limit ?? TimeSpan.FromSeconds(60)))
            {
                throw new TimeoutException($"The worker did not get there. Its log: {string.Join('|', Lines().TakeLast(5))}");
            }

            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
    }

    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
    }

    /// <summary>As an orderly stop of the service.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
        if (File.Exists(Log) && Path.GetDirectoryName(Log) == Path.GetTempPath().TrimEnd(Path.DirectorySeparatorChar))
        {
            File.Delete(Log);
        }
    }

    /// <summary>The whole lines of a log that may still be written to.</summary>
    public static string[] ReadShared(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n')[..^1];
    }

    void Hear(object process, DataReceivedEventArgs line)
    {
        if (line.Data is { } text)
        {
            _said.Enqueue(text);
        }
    }
}
