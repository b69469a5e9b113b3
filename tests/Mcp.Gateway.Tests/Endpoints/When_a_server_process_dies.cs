using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Agent.Mcp.Gateway.Endpoints.Health;
using Agent.Mcp.Gateway.Tests.Servers;

namespace Agent.Mcp.Gateway.Tests.Endpoints;

public sealed class When_a_server_process_dies
{
    [Fact]
    public async Task The_call_under_way_is_unknown_not_repeated_and_the_next_one_gets_a_new_process()
    {
        var mark = "mark-" + Guid.CreateVersion7().ToString("N");
        var entry = await NodeServers.EverythingAsync();
        entry["args"]!.AsArray().Add(mark);
        await using var gateway = await RunningGateway.StartAsync(entry);
        await gateway.ToolNamesAsync();

        var call = gateway.InvokeAsync("everything", "trigger-long-running-operation", new { duration = 30, steps = 30 });
        await gateway.UntilAsync("everything", endpoint => endpoint.CallsUnderWay == 1, "called");
        Kill(mark);
        var (response, problem) = await call;

        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        ((string)problem["code"]!).ShouldBe("connection_lost");
        ((bool)problem["sent"]!).ShouldBeTrue();
        var (next, body) = await gateway.InvokeAsync("everything", "echo", new { message = "again" });
        next.StatusCode.ShouldBe(HttpStatusCode.OK, body.ToJsonString());
        gateway.Endpoints.Find("everything")!.Connection.Sessions.ShouldBe(2);
    }

    [Fact]
    public async Task An_idle_one_is_started_again_by_itself()
    {
        var mark = "mark-" + Guid.CreateVersion7().ToString("N");
        var entry = await NodeServers.EverythingAsync();
        entry["args"]!.AsArray().Add(mark);
        await using var gateway = await RunningGateway.StartAsync(entry);
        await gateway.ToolNamesAsync();

        Kill(mark);

        await gateway.UntilAsync("everything", endpoint => endpoint.Connection is { Sessions: 2, IsOpen: true } && endpoint.Health == EndpointHealth.Healthy, "started again");
    }

    [Fact]
    public async Task One_that_ends_at_once_is_shown_with_its_last_words()
    {
        await using var gateway = await RunningGateway.StartAsync(new JsonObject { ["name"] = "broken", ["command"] = "/bin/sh", ["args"] = new JsonArray("-c", "echo no such database >&2; exit 3") });

        await gateway.ToolNamesAsync();
        var line = (await gateway.GetAsync("/mcp/health"))["endpoints"]![0]!;

        ((string)line["health"]!).ShouldBe("unhealthy");
        ((string)line["cause"]!).ShouldStartWith("The process ended");
        ((string)line["cause"]!).ShouldContain("no such database");
    }

    [Fact]
    public async Task No_process_stays_behind_when_the_gateway_stops()
    {
        var mark = "mark-" + Guid.CreateVersion7().ToString("N");
        var entry = await NodeServers.EverythingAsync();
        entry["args"]!.AsArray().Add(mark);
        var gateway = await RunningGateway.StartAsync(entry);
        await gateway.ToolNamesAsync();
        using var process = Process.GetProcessById(ProcessOf(mark));

        await gateway.DisposeAsync();

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(patience.Token);
    }

    static void Kill(string mark)
    {
        using var process = Process.GetProcessById(ProcessOf(mark));
        process.Kill();
    }

    static int ProcessOf(string mark) => Directory.GetDirectories("/proc").Select(Path.GetFileName)
        .Where(name => int.TryParse(name, out _) && CommandLine(name!).Contains(mark, StringComparison.Ordinal)).Select(name => int.Parse(name!)).Single();

    static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            // It ended while we looked.
            return "";
        }
    }
}
