using System.Net;
using System.Net.Sockets;

namespace Agent.ServiceDefaults.Http;

/// <summary>Connects to the addresses that were judged, whatever the name resolves to by now. No proxy, no cookies, no redirects of its own.</summary>
public static class PinnedHandler
{
    public static SocketsHttpHandler For(IReadOnlyList<IPAddress> addresses) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        ConnectCallback = async (connecting, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync([.. addresses], connecting.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };
}
