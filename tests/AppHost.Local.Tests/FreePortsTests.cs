using System.Net;
using System.Net.Sockets;
using Agent.AppHost.Local.Processes;

namespace Agent.AppHost.Local.Tests;

public class FreePortsTests
{
    [Fact]
    public void Take_Many_GivesEachOnce() => FreePorts.Take(50).Concat(FreePorts.Take(50)).Distinct().Count().ShouldBe(100);

    [Fact]
    public void Take_Many_GivesNoneThatAConnectionMayGet()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The range of outgoing ports is read as Linux tells it.");
        var begin = int.Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t')[0]);

        FreePorts.Take(100).ShouldAllBe(port => port < begin);
    }

    [Fact]
    public void IsFree_ATakenPort_SaysSo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        FreePorts.IsFree(((IPEndPoint)listener.LocalEndpoint).Port).ShouldBeFalse();
    }
}
