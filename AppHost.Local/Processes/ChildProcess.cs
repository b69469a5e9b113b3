using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Agent.AppHost.Local.Processes;

/// <summary>One running process of a resource.</summary>
sealed class ChildProcess : IDisposable
{
    /// <summary>Set for the host itself (by <c>dotnet run</c>, by its own launch) and wrong for its children.</summary>
    static readonly string[] NotInherited =
    [
        "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "HTTP_PORTS", "HTTPS_PORTS", "URLS", "DOTNET_LAUNCH_PROFILE", "DOTNET_STARTUP_HOOKS",
        "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "MSBuildExtensionsPath", "MSBuildSDKsPath", "MSBUILD_EXE_PATH", "MSBuildLoadMicrosoftTargetsReadOnly",
    ];

    readonly Process _process;

    ChildProcess(Process process, Task pumps)
    {
        _process = process;
        Id = process.Id;
        Exited = WaitAsync(pumps);
    }

    public int Id { get; }

    /// <summary>Ends with the exit code, when the process has ended and all it said is in the log.</summary>
    public Task<int> Exited { get; }

    public static ChildProcess Start(ProcessResource resource, IReadOnlyDictionary<string, string> environment, ProcessLog log)
    {
        var start = new ProcessStartInfo(resource.FileName, resource.Arguments)
        {
            WorkingDirectory = resource.WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in NotInherited)
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(ChildProcess).Assembly.Location;
        try
        {
            var process = Process.Start(start)!;
            var pumps = Task.WhenAll(PumpAsync(process.StandardOutput, log.Output), PumpAsync(process.StandardError, log.Error));
            return new ChildProcess(process, pumps);
        }
        catch (Win32Exception exception)
        {
            throw new DistributedApplicationException($"{resource.Name} could not be started: {resource.FileName}: {exception.Message}");
        }
    }

    public void Terminate() => Signals.Send(Id, PosixSignal.SIGTERM);

    /// <summary>Ends it at once, and what it started with it.</summary>
    public void Kill()
    {
        Signals.KillGroup(Id);
        if (OperatingSystem.IsWindows())
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    public void Dispose() => _process.Dispose();

    async Task<int> WaitAsync(Task pumps)
    {
        await _process.WaitForExitAsync();
        var code = _process.ExitCode;

        // What it started may still hold its output open: end that, so that the pumps end.
        Kill();
        await pumps.WaitAsync(TimeSpan.FromSeconds(1)).ContinueWith(static _ => { }, TaskScheduler.Default);
        return code;
    }

    static async Task PumpAsync(StreamReader from, Action<string> to)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            to(line);
        }
    }
}
