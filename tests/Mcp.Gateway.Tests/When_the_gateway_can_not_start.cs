using System.Diagnostics;

namespace Agent.Mcp.Gateway.Tests;

public sealed class When_the_gateway_can_not_start
{
    [Fact]
    public async Task A_malformed_file_is_one_message_with_every_mistake_and_no_stack_trace()
    {
        var directory = Directory.CreateTempSubdirectory("gateway-").FullName;
        var file = Path.Combine(directory, "mcp_endpoints.json");
        await File.WriteAllTextAsync(file, "{\n  \"endpoints\": [\n    { \"name\": \"a\" },\n    { \"name\": \"b\", \"url\": \"nowhere\" }\n  ]\n}");

        var (code, _, error) = await StartAsync(file, Path.Combine(directory, "state"));

        code.ShouldBe(2);
        error.ShouldContain($"{file}:3: $.endpoints[0]: There is neither 'url' nor 'command'.");
        error.ShouldContain($"{file}:4: $.endpoints[1].url: 'nowhere' is not an http or https address");
        error.ShouldNotContain("   at ");
        error.ShouldNotContain("Exception");
        Directory.Exists(Path.Combine(directory, "state", "mcp")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_state_directory_that_is_a_file_is_named_with_its_cure()
    {
        var directory = Directory.CreateTempSubdirectory("gateway-").FullName;
        var file = Path.Combine(directory, "mcp_endpoints.json");
        await File.WriteAllTextAsync(file, "{\"endpoints\": []}");

        var (code, _, error) = await StartAsync(file, file);

        code.ShouldBe(2);
        error.ShouldContain("AGENT_STATE_DIR");
        error.ShouldNotContain("   at ");
    }

    static async Task<(int Code, string Output, string Error)> StartAsync(string endpoints, string state)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Agent.Mcp.Gateway.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            Environment = { ["AGENT_MCP_ENDPOINTS"] = endpoints, ["AGENT_STATE_DIR"] = state, ["ASPNETCORE_URLS"] = "http://127.0.0.1:0", ["ConnectionStrings__redis"] = "127.0.0.1:1" },
        };
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        return (process.ExitCode, await output, await error);
    }
}
