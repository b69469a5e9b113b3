using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Agent.AppHost.Local.Processes;

namespace Agent.TestKit;

/// <summary>A RabbitMQ of one's own, on free loopback ports with its own data directory; Debian's package.</summary>
public sealed class RabbitServer : IAsyncDisposable
{
    const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    readonly Process _names;
    readonly Process _process;
    readonly string _directory;

    RabbitServer(Process names, Process process, string directory, int port)
    {
        _names = names;
        _process = process;
        _directory = directory;
        ConnectionString = $"amqp://guest:guest@127.0.0.1:{port}/";
    }

    public string ConnectionString { get; }

    /// <summary>Null if it is not installed.</summary>
    public static async Task<RabbitServer?> TryStartAsync(CancellationToken cancellationToken = default)
    {
        if (!File.Exists(Program))
        {
            return null;
        }

        var ports = FreePorts.Take(3);
        var directory = Directory.CreateTempSubdirectory("agent-rabbit-").FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "plugins"), "[].\n", cancellationToken);

        // Erlang's name service as a child: started by the broker it would stay behind as a daemon.
        var names = Start(new ProcessStartInfo("epmd", ["-address", "127.0.0.1", "-port", $"{ports[2]}"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true }, directory);
        var start = new ProcessStartInfo(Program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
        [
            ("HOME", directory),
            ("RABBITMQ_NODENAME", $"agent{ports[0]}@localhost"),
            ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
            ("RABBITMQ_NODE_PORT", $"{ports[0]}"),
            ("RABBITMQ_DIST_PORT", $"{ports[1]}"),
            ("RABBITMQ_MNESIA_BASE", directory),
            ("RABBITMQ_LOG_BASE", directory),
            ("RABBITMQ_PID_FILE", Path.Combine(directory, "pid")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", Path.Combine(directory, "plugins")),
            ("RABBITMQ_CONFIG_FILE", Path.Combine(directory, "none")),
            ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}"),
            ("ERL_EPMD_ADDRESS", "127.0.0.1"),
            ("ERL_EPMD_PORT", $"{ports[2]}"),
        ])
        {
            start.Environment[name] = value;
        }

        var server = new RabbitServer(names, Start(start, directory), directory, ports[0]);
        try
        {
            await server.UntilListeningAsync(ports[0], cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        _names.Kill();
        await _names.WaitForExitAsync();
        _names.Dispose();
        ServerLifeline.Delete(_directory);
    }

    static Process Start(ProcessStartInfo start, string directory)
    {
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        ServerLifeline.Hold(process, directory);
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    async Task UntilListeningAsync(int port, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                // The header of AMQP 0-9-1; a listener that is not ready answers nothing.
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                await client.GetStream().WriteAsync("AMQP\0\0\x09\x01"u8.ToArray(), cancellationToken);
                if (await client.GetStream().ReadAsync(new byte[1], cancellationToken) == 1)
                {
                    return;
                }
            }
            catch (Exception error) when (error is SocketException or IOException && !_process.HasExited && clock.Elapsed < StartLimit)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }
}
