using Agent.TestKit.Mcp;
using System.Diagnostics;
using System.Net.Http.Json;
using Agent.Mcp.Gateway.Tests.Servers;

namespace Agent.Mcp.Gateway.Tests.Serving;

/// <summary>Not a test but a measurement: <c>dotnet run -c Release --project tests/Mcp.Gateway.Tests -- -explicit only -class '*AddedLatency'</c>.</summary>
public sealed class AddedLatency(ITestOutputHelper output)
{
    const int Warm = 300;
    const int Calls = 3000;

    [Fact(Explicit = true)]
    public async Task Of_a_call_through_the_gateway()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var gateway = await RunningGateway.StartAsync(server.Entry());
        await gateway.ToolNamesAsync();
        await using var direct = await gateway.ConnectToAsync(new Uri(server.Url), "2025-06-18");
        await using var federated = await gateway.ConnectAsync("2025-06-18");
        await using var relayed = await gateway.ConnectAsync("2025-06-18", "/mcp/endpoints/fake");
        var ways = new (string Name, Func<Task> Call, List<double> Took)[]
        {
            ("direct", async () => await direct.CallToolAsync("work"), []),
            ("invoke", async () => (await gateway.Http.PostAsJsonAsync("/mcp/invoke", new { endpoint = "fake", tool = "work" })).EnsureSuccessStatusCode(), []),
            ("federated", async () => await federated.CallToolAsync("fake__work"), []),
            ("relayed", async () => await relayed.CallToolAsync("work"), []),
        };

        // In turns, so that a busy moment of the machine hits all alike.
        for (var call = 0; call < Warm + Calls; call++)
        {
            foreach (var (_, make, took) in ways)
            {
                var started = Stopwatch.GetTimestamp();
                await make();
                if (call >= Warm)
                {
                    took.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                }
            }
        }

        var base50 = At(ways[0].Took, 0.5);
        foreach (var (name, _, took) in ways)
        {
            output.WriteLine($"{name,-10} p50 {At(took, 0.5):0.00} ms (+{At(took, 0.5) - base50:0.00})  p90 {At(took, 0.9):0.00}  p99 {At(took, 0.99):0.00}");
        }
    }

    static double At(List<double> took, double share) => took.Order().ElementAt((int)(share * (took.Count - 1)));
}
