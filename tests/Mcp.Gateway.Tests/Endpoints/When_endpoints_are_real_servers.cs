using System.Text.Json.Nodes;
using Agent.Mcp.Gateway.Endpoints.Health;
using Agent.Mcp.Gateway.Tests.Servers;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Agent.Mcp.Gateway.Tests.Endpoints;

public sealed class When_endpoints_are_real_servers
{
    [Fact]
    public async Task Their_tools_are_listed_under_the_endpoints_names_and_can_be_called()
    {
        await using var gateway = await RunningGateway.StartAsync(await NodeServers.EverythingAsync());

        var names = await gateway.ToolNamesAsync();
        var (response, body) = await gateway.InvokeAsync("everything", "echo", new { message = "hello" });

        names.ShouldContain("everything__echo");
        response.EnsureSuccessStatusCode();
        ((bool)body["is_error"]!).ShouldBeFalse();
        ((string)body["text"]!).ShouldBe("Echo: hello");
    }

    [Fact]
    public async Task A_tool_that_fails_answers_with_an_error_of_its_own()
    {
        await using var gateway = await RunningGateway.StartAsync(await NodeServers.EverythingAsync());

        var (response, body) = await gateway.InvokeAsync("everything", "get-sum", new { a = "not a number" });

        response.EnsureSuccessStatusCode();
        ((bool)body["is_error"]!).ShouldBeTrue();
        gateway.Endpoints.Find("everything")!.Breaker.State.ShouldBe(BreakerState.Closed);
    }

    [Fact]
    public async Task Dead_neighbours_harm_nobody_and_are_shown_with_cause_and_cure()
    {
        await using var gateway = await RunningGateway.StartAsync(
            await NodeServers.EverythingAsync(),
            new JsonObject { ["name"] = "absent", ["command"] = "no-such-command" },
            new JsonObject { ["name"] = "down", ["url"] = "http://127.0.0.1:9/mcp" },
            new JsonObject { ["name"] = "uncredentialed", ["url"] = "http://127.0.0.1:9/mcp", ["headers"] = new JsonObject { ["Authorization"] = "Bearer ${AGENT_TEST_NOT_SET}" } });

        var (response, _) = await gateway.InvokeAsync("everything", "echo", new { message = "hello" });
        await gateway.ToolNamesAsync();
        var health = await gateway.GetAsync("/mcp/health");

        response.EnsureSuccessStatusCode();
        var lines = health["endpoints"]!.AsArray().ToDictionary(line => (string)line!["name"]!, line => line!);
        ((string)health["status"]!).ShouldBe("degraded");
        ((string)lines["everything"]["health"]!).ShouldBe("healthy");
        ((string)lines["absent"]["cause"]!).ShouldBe("The command 'no-such-command' was not found.");
        ((string)lines["absent"]["cure"]!).ShouldContain("Install it");
        ((string)lines["down"]["cause"]!).ShouldContain("connection refused");
        ((string)lines["uncredentialed"]["cause"]!).ShouldContain("AGENT_TEST_NOT_SET");
    }

    [Fact]
    public async Task A_server_gets_no_environment_but_what_its_entry_gives_it()
    {
        var entry = await NodeServers.EverythingAsync();
        entry["env"] = new JsonObject { ["GIVEN"] = "yes" };
        Environment.SetEnvironmentVariable("AGENT_TEST_SECRET", "must-not-leak");
        await using var gateway = await RunningGateway.StartAsync(entry);

        var (_, body) = await gateway.InvokeAsync("everything", "get-env");

        ((string)body["text"]!).ShouldContain("GIVEN");
        ((string)body["text"]!).ShouldNotContain("must-not-leak");
    }

    [Fact]
    public async Task Progress_reaches_the_client_that_asked_for_it()
    {
        await using var gateway = await RunningGateway.StartAsync(await NodeServers.EverythingAsync());
        await using var client = await gateway.ConnectAsync("2025-11-25");
        var told = new TaskCompletionSource<ProgressNotificationValue>(TaskCreationOptions.RunContinuationsAsynchronously);

        await client.CallToolAsync("everything__trigger-long-running-operation", new Dictionary<string, object?> { ["duration"] = 1, ["steps"] = 3 }, new First(told));

        (await told.Task.WaitAsync(TimeSpan.FromSeconds(60))).Total.ShouldBe(3);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2025-06-18")]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task An_MCP_client_sees_them_as_one_server(string? version)
    {
        await using var gateway = await RunningGateway.StartAsync(await NodeServers.EverythingAsync(), await NodeServers.FilesystemAsync(Path.GetTempPath()));
        await using var client = await gateway.ConnectAsync(version);

        var tools = await client.ListToolsAsync();
        var result = await client.CallToolAsync("everything__echo", new Dictionary<string, object?> { ["message"] = "through the gateway" });

        tools.Select(tool => tool.Name).ShouldContain("files__read_text_file");
        result.Content.OfType<TextContentBlock>().Single().Text.ShouldBe("Echo: through the gateway");
        await Should.ThrowAsync<McpProtocolException>(async () => await client.CallToolAsync("everything__no_such_tool"));
    }

    sealed class First(TaskCompletionSource<ProgressNotificationValue> told) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value) => told.TrySetResult(value);
    }
}
