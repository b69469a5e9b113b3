using System.Diagnostics;
using Agent.EndToEnd.Tests.Harness;
using Agent.TestKit;

namespace Agent.EndToEnd.Tests.Crashes;

/// <summary>One process of the product, started again as soon as it dies.</summary>
sealed class FleetService : IAsyncDisposable
{
    static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);

    readonly string _program;
    readonly IReadOnlyDictionary<string, string> _environment;
    readonly Action<Death> _died;
    readonly CancellationTokenSource _ending = new();
    readonly Lock _writing = new();
    readonly StreamWriter _log;
    readonly Task _running;
    Process? _process;

    public FleetService(string name, string program, string url, IReadOnlyDictionary<string, string> environment, string log, Action<Death> died)
    {
        (Name, Url, _program, _environment, _died, Log) = (name, url, program, environment, died, log);
        _log = new StreamWriter(log, append: true) { AutoFlush = true };
        _running = KeepRunningAsync();
    }

    public string Name { get; }

    public string Url { get; }

    public string Log { get; }

    public int? ProcessId => Volatile.Read(ref _process)?.Id;

    public void Kill()
    {
        if (ProcessId is { } id)
        {
            StartedProgram.Signal(id, 9);
        }
    }

    /// <summary>As an orderly restart: asked to end, and started again when it has.</summary>
    public void Terminate()
    {
        if (ProcessId is { } id)
        {
            StartedProgram.Signal(id, 15);
        }
    }

    /// <summary>An orderly restart, to its end: another process answers for it.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        var before = ProcessId;
        Terminate();
        while (ProcessId is not { } now || now == before)
        {
            await Task.Delay(20, cancellationToken);
        }

        await Fleet.HealthyAsync(this);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        _ending.Dispose();
        lock (_writing)
        {
            _log.Dispose();
        }
    }

    async Task KeepRunningAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            using var process = Start();
            Volatile.Write(ref _process, process);
            var id = process.Id;
            await process.WaitForExitAsync(_ending.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            Volatile.Write(ref _process, null);
            if (_ending.IsCancellationRequested)
            {
                process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
                return;
            }

            _died(new Death(Name, id, process.ExitCode, TimeProvider.System.GetUtcNow()));
            await Task.Delay(Breath, CancellationToken.None);
        }
    }

    Process Start()
    {
        var start = new ProcessStartInfo(_program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _environment["AGENT_STATE_DIR"] };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["ASPNETCORE_URLS"] = Url;
        var process = Process.Start(start)!;
        ServerLifeline.Hold(process, null);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    void Keep(string? line)
    {
        lock (_writing)
        {
            if (!_ending.IsCancellationRequested)
            {
                _log.WriteLine(line);
            }
        }
    }
}

/// <summary>A process has ended.</summary>
/// <param name="ExitCode">137 after kill -9.</param>
sealed record Death(string Service, int ProcessId, int ExitCode, DateTimeOffset At);
