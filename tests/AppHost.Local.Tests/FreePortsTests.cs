using System.Net;
using System.Net.Sockets;
using Agent.AppHost.Local.Processes;

namespace Agent.AppHost.Local.Tests;

public class FreePortsTests
{
    [Fact]
    public void Take_Many_GivesEachOnce() => FreePorts.Take(50).Distinct().Count().ShouldBe(50);

    [Fact]
    public void IsFree_ATakenPort_SaysSo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        FreePorts.IsFree(((IPEndPoint)listener.LocalEndpoint).Port).ShouldBeFalse();
    }
}
