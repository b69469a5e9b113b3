using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Agent.Journal.Tests;

/// <summary>Stands between a client and a server, and breaks one connection at a chosen command.</summary>
sealed class CuttingProxy : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _end = new();
    readonly string _server;
    string? _cutReplyAfter;
    string? _cutBefore;
    int _cuts;

    CuttingProxy(string server) => _server = server;

    public string ConnectionString => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public int Cuts => _cuts;

    public static Task<CuttingProxy> StartAsync(string server)
    {
        var proxy = new CuttingProxy(server);
        proxy._listener.Start();
        _ = proxy.AcceptAsync();
        return Task.FromResult(proxy);
    }

    /// <summary>The command reaches the server, its reply does not come back; once.</summary>
    public void CutReplyAfter(string command) => _cutReplyAfter = command;

    /// <summary>The command does not reach the server; once.</summary>
    public void CutBefore(string command) => _cutBefore = command;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
    }

    async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_end.Token);
            var target = _server.Split(':', ',');
            var server = new TcpClient { NoDelay = true };
            await server.ConnectAsync(target[0], int.Parse(target[1]), _end.Token);
            var link = new Link(client, server);
            _ = PumpAsync(client, server, link, toServer: true);
            _ = PumpAsync(server, client, link, toServer: false);
        }
    }

    async Task PumpAsync(TcpClient from, TcpClient to, Link link, bool toServer)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var count = await from.GetStream().ReadAsync(buffer, _end.Token);
                if (count == 0)
                {
                    break;
                }

                var text = Encoding.ASCII.GetString(buffer, 0, count);
                if (toServer && Take(ref _cutBefore, text))
                {
                    break;
                }

                if (toServer && Take(ref _cutReplyAfter, text))
                {
                    link.Doomed = true;
                }

                if (!toServer && link.Doomed)
                {
                    break;
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, count), _end.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // Either side is gone: so is the other.
        }

        link.Client.Dispose();
        link.Server.Dispose();
    }

    bool Take(ref string? command, string text)
    {
        if (command is null || !text.Contains(command, StringComparison.Ordinal))
        {
            return false;
        }

        command = null;
        Interlocked.Increment(ref _cuts);
        return true;
    }

    sealed record Link(TcpClient Client, TcpClient Server)
    {
        public bool Doomed { get; set; }
    }
}
