using System.Net;
using System.Net.Sockets;

namespace Agent.TestKit;

/// <summary>A loopback port nobody listens on at this moment.</summary>
public static class FreePort
{
    public static int Take()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
