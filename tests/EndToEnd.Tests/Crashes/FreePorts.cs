using System.Net;
using System.Net.Sockets;

namespace Agent.EndToEnd.Tests.Crashes;

/// <summary>Loopback ports for processes that come back to theirs: below those the system gives away, so that nobody takes one while its owner is dead.</summary>
static class FreePorts
{
    public static IEnumerable<int> Take(int count)
    {
        var random = new Random();
        return Enumerable.Range(0, int.MaxValue).Select(_ => random.Next(15_000, 32_000)).Distinct().Where(IsFree).Take(count);
    }

    static bool IsFree(int port)
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
}
