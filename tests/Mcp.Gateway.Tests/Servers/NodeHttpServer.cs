using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Agent.AppHost.Local.Processes;

namespace Agent.Mcp.Gateway.Tests.Servers;

/// <summary>server-everything over Streamable HTTP. It would listen on all interfaces: a module loaded before it holds it to loopback.</summary>
sealed class NodeHttpServer : IAsyncDisposable
{
    const string LoopbackOnly = """
        const net = require('node:net');
        const listen = net.Server.prototype.listen;
        net.Server.prototype.listen = function (port, ...rest) {
          const done = rest.find(argument => typeof argument === 'function');
          return typeof port === 'number' || typeof port === 'string' ? listen.call(this, Number(port), '127.0.0.1', done) : listen.call(this, port, ...rest);
        };
        """;

    readonly Process _process;
    readonly string _directory;

    NodeHttpServer(Process process, string directory, int port) => (_process, _directory, Url) = (process, directory, $"http://127.0.0.1:{port}/mcp");

    public string Url { get; }

    public static async Task<NodeHttpServer> StartEverythingAsync()
    {
        var script = await NodeServers.ScriptAsync("server-everything");
        var directory = Directory.CreateTempSubdirectory("everything-").FullName;
        var preload = Path.Combine(directory, "loopback.cjs");
        await File.WriteAllTextAsync(preload, LoopbackOnly);
        var port = FreePorts.Take();
        var process = Process.Start(new ProcessStartInfo("node", ["--require", preload, script, "streamableHttp"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { ["PORT"] = port.ToString() },
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new NodeHttpServer(process, directory, port);
        await server.UntilListeningAsync(port);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    async Task UntilListeningAsync(int port)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            _process.HasExited.ShouldBeFalse("server-everything ended");
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port, patience.Token);
                return;
            }
            catch (SocketException)
            {
                // Not listening yet.
                await Task.Delay(50, patience.Token);
            }
        }
    }
}
