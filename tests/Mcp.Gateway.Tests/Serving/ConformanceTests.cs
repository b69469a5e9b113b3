using Agent.TestKit.Mcp;
using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Agent.Mcp.Gateway.Tests.Servers;

namespace Agent.Mcp.Gateway.Tests.Serving;

/// <summary>The official conformance suite through the gateway, against a reference server behind it. Both are brought by whoever runs it; <c>docs/compatibility.md</c> says how.</summary>
public sealed partial class ConformanceTests
{
    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task The_gateway_loses_nothing_that_the_server_behind_it_passes(string revision)
    {
        var server = Environment.GetEnvironmentVariable("AGENT_MCP_CONFORMANCE_SERVER");
        var suite = Environment.GetEnvironmentVariable("AGENT_MCP_CONFORMANCE_SUITE");
        if (server is null || suite is null)
        {
            Assert.Skip("AGENT_MCP_CONFORMANCE_SERVER and AGENT_MCP_CONFORMANCE_SUITE are not set");
        }

        await using var gateway = await RunningGateway.StartOpenAsync(new JsonObject { ["name"] = "reference", ["url"] = server });
        await gateway.ToolNamesAsync();

        var direct = await RunAsync(suite, server, revision);
        var through = await RunAsync(suite, new Uri(gateway.Url, "/mcp/endpoints/reference").ToString(), revision);

        direct.ShouldNotBeEmpty();
        TestContext.Current.TestOutputHelper?.WriteLine($"{revision}: direct {direct.Values.Sum(one => one.Passed)} passed, through the gateway {through.Values.Sum(one => one.Passed)}");
        foreach (var (scenario, figures) in direct)
        {
            through[scenario].Failed.ShouldBeLessThanOrEqualTo(figures.Failed, scenario);
        }
    }

    [Theory]
    [InlineData("2025-11-25", "server-initialize")]
    [InlineData("2025-11-25", "ping")]
    [InlineData("2025-11-25", "tools-list")]
    [InlineData("2025-11-25", "dns-rebinding-protection")]
    [InlineData("2025-11-25", "server-session-lifecycle")]
    [InlineData("2026-07-28", "tools-list")]
    [InlineData("2026-07-28", "http-header-validation")]
    [InlineData("2026-07-28", "dns-rebinding-protection")]
    public async Task The_federated_endpoint_passes_by_itself(string revision, string scenario)
    {
        var suite = Environment.GetEnvironmentVariable("AGENT_MCP_CONFORMANCE_SUITE");
        if (suite is null)
        {
            Assert.Skip("AGENT_MCP_CONFORMANCE_SUITE is not set");
        }

        await using var fake = await FakeMcpServer.StartAsync();
        await using var gateway = await RunningGateway.StartOpenAsync(fake.Entry());
        await gateway.ToolNamesAsync();

        var output = await OutputAsync(suite, "--url", new Uri(gateway.Url, "/mcp").ToString(), "--spec-version", revision, "--scenario", scenario);

        output.ShouldNotContain("FAILURE");
        output.ShouldContain("Passed: ");
        output.ShouldContain(", 0 failed");
    }

    static async Task<IReadOnlyDictionary<string, (int Passed, int Failed)>> RunAsync(string suite, string url, string revision)
    {
        var output = await OutputAsync(suite, "--url", url, "--requirements", revision);
        return Line().Matches(output)
            .Where(match => !NotScored().Matches(output).Any(other => other.Groups["name"].Value == match.Groups["name"].Value))
            .DistinctBy(match => match.Groups["name"].Value)
            .ToDictionary(match => match.Groups["name"].Value, match => (int.Parse(match.Groups["passed"].Value), int.Parse(match.Groups["failed"].Value)));
    }

    static async Task<string> OutputAsync(string suite, params string[] arguments)
    {
        var words = suite.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        using var process = Process.Start(new ProcessStartInfo(words[0], [.. words[1..], "server", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        var output = await process.StandardOutput.ReadToEndAsync(patience.Token) + await error;
        await process.WaitForExitAsync(patience.Token);
        if (Environment.GetEnvironmentVariable("AGENT_MCP_CONFORMANCE_OUTPUT") is { } directory)
        {
            await File.WriteAllTextAsync(Path.Combine(directory, string.Join('-', arguments[1..].Where(word => word[0] != '-').Append(arguments[1].Contains("/endpoints/", StringComparison.Ordinal) ? "relayed" : "direct").Skip(1)) + ".txt"), output, patience.Token);
        }

        return output;
    }

    [GeneratedRegex(@"^  [✓✗] (?<name>[\w-]+) \((extension|pending|added-after-release)\)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex NotScored();

    [GeneratedRegex(@"^[✓✗] (?<name>[\w-]+): (?<passed>\d+) passed, (?<failed>\d+) failed", RegexOptions.Multiline)]
    private static partial Regex Line();
}
