using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Agent.AppHost.Local.Processes;

/// <summary>Finds free loopback ports for servers that are yet to start.</summary>
/// <remarks>The ports come from below those the system gives to outgoing connections (Linux: <c>ip_local_port_range</c>): one of these may be
/// somebody's connection by the time the server binds it, or while the server is away and comes back.</remarks>
public static class FreePorts
{
    const int First = 10_000;

    /// <summary>Where Linux begins to give ports away when nobody has set it; other systems begin higher.</summary>
    const int DefaultEnd = 32_768;

    static readonly int s_end = EndOfRange();
    static readonly ConcurrentDictionary<int, byte> s_given = [];

    /// <summary>Ports nobody listens on, none of which this process was given before.</summary>
    public static int[] Take(int count) => [.. Enumerable.Range(0, count).Select(_ => Take())];

    /// <summary>One port.</summary>
    public static int Take()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, s_end);
            if (s_given.TryAdd(port, 0) && IsFree(port))
            {
                return port;
            }
        }
    }

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>A range set so low that too little is left below it is no help: then any port of the usual ones must do.</summary>
    static int EndOfRange()
    {
        const string Setting = "/proc/sys/net/ipv4/ip_local_port_range";
        var begin = File.Exists(Setting) && int.TryParse(File.ReadAllText(Setting).Split('\t', ' ')[0], CultureInfo.InvariantCulture, out var first) ? first : DefaultEnd;
        return begin > First + 5_000 ? begin : DefaultEnd;
    }
}
