using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Agent.EndToEnd.Tests.Harness;

/// <summary>What a program said and how it ended.</summary>
sealed record Ended(int ExitCode, string Output, string Error)
{
    /// <summary>One message for a person: no stack trace, not one line for each service.</summary>
    public Ended ShouldRefuse(int exitCode, params string[] words)
    {
        ExitCode.ShouldBe(exitCode, Error);
        Output.ShouldBeEmpty();
        foreach (var word in words)
        {
            Error.ShouldContain(word);
        }

        Error.ShouldNotContain("   at ");
        Error.ShouldNotContain("Unhandled exception");
        Error.ShouldNotContain("Exception:");
        return this;
    }
}

/// <summary>A started program.</summary>
sealed partial class StartedProgram : IAsyncDisposable
{
    readonly Process _process;
    readonly StringBuilder _output = new();
    readonly StringBuilder _error = new();
    bool _disposed;

    StartedProgram(Process process)
    {
        _process = process;
        Done = Task.WhenAll(ReadAsync(process.StandardOutput, _output), ReadAsync(process.StandardError, _error), process.WaitForExitAsync());
    }

    public int Id => _process.Id;

    public Task Done { get; }

    public string Output => Text(_output);

    public string Error => Text(_error);

    public static StartedProgram Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment, string? directory = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? Path.GetTempPath(),
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new StartedProgram(Process.Start(start)!);
    }

    public async Task<Ended> EndAsync(TimeSpan patience)
    {
        try
        {
            await Done.WaitAsync(patience);
        }
        catch (TimeoutException late)
        {
            _process.Kill();
            throw new TimeoutException($"{_process.StartInfo.FileName} did not end within {patience.TotalSeconds:0} s. It said:\n{Error}\n{Output}", late);
        }

        return new Ended(_process.ExitCode, Output, Error);
    }

    /// <summary>Ctrl+C, as a terminal sends it.</summary>
    public void Interrupt() => SendSignal(Id, 2).ShouldBe(0);

    public static void Kill(int processId) => SendSignal(processId, 9).ShouldBe(0);

    /// <summary>To a process that may have ended already.</summary>
    public static void Signal(int processId, int signal) => _ = SendSignal(processId, signal);

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    static async Task ReadAsync(StreamReader from, StringBuilder into)
    {
        var buffer = new char[4096];
        while (await from.ReadAsync(buffer) is var read and > 0)
        {
            lock (into)
            {
                into.Append(buffer, 0, read);
            }
        }
    }

    static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int SendSignal(int processId, int signal);
}
