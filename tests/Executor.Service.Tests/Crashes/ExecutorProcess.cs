using System.Diagnostics;
using System.Text;

namespace Agent.Executor.Service.Tests.Crashes;

/// <summary>The real executor, started as the host starts it.</summary>
sealed class ExecutorProcess : IDisposable
{
    readonly Process _process;
    readonly StringBuilder _log = new();

    ExecutorProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    public Task Ended => _process.WaitForExitAsync();

    /// <summary>137 after kill -9.</summary>
    public int ExitCode => _process.ExitCode;

    public static ExecutorProcess Start(IReadOnlyDictionary<string, string> environment, string? crashAt = null)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Agent.Executor.Service"))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = environment["AGENT_STATE_DIR"],
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["AGENT_CRASH_AT"] = crashAt ?? "";
        return new ExecutorProcess(Process.Start(start)!);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    void Keep(string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }
    }
}
