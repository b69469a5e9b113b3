using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Agent.RedisTransport.Tests;

/// <summary>Stands between one process and its server, and can let nothing through, as a broken switch does: nobody is told, packets are just gone.</summary>
sealed class Partition : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _end = new();
    readonly ConcurrentDictionary<TcpClient, bool> _lossy = new();
    readonly int _server;
    volatile bool _dropping;

    public Partition(int server)
    {
        _server = server;
        _listener.Start();
        _ = AcceptAsync();
    }

    public string ConnectionString => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public void Begin() => _dropping = true;

    /// <summary>Connections that lost something are of no use any more.</summary>
    public void End()
    {
        _dropping = false;
        foreach (var client in _lossy.Keys)
        {
            client.Dispose();
        }
    }

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
            var server = new TcpClient { NoDelay = true };
            await server.ConnectAsync(IPAddress.Loopback, _server, _end.Token);
            _ = PumpAsync(client, server);
            _ = PumpAsync(server, client);
        }
    }

    async Task PumpAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _end.Token) is > 0 and var count)
            {
                if (_dropping || _lossy.ContainsKey(from) || _lossy.ContainsKey(to))
                {
                    (_lossy[from], _lossy[to]) = (true, true);
                    continue;
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, count), _end.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // One side is gone: so is the other.
        }

        from.Dispose();
        to.Dispose();
    }
}
