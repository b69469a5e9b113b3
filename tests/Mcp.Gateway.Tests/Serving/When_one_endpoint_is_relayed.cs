using Agent.TestKit.Mcp;
using System.Net;
using System.Text.Json.Nodes;
using Agent.Mcp.Gateway.Audit;
using Agent.Mcp.Gateway.Tests.Servers;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Agent.Mcp.Gateway.Tests.Serving;

public sealed class When_one_endpoint_is_relayed
{
    [Fact]
    public async Task A_client_sees_all_it_can_do_under_its_own_names()
    {
        await using var server = await NodeHttpServer.StartEverythingAsync();
        await using var gateway = await RunningGateway.StartAsync(new JsonObject { ["name"] = "everything", ["url"] = server.Url });
        await using var client = await gateway.ConnectAsync("2025-11-25", "/mcp/endpoints/everything");

        var tools = await client.ListToolsAsync();
        var prompts = await client.ListPromptsAsync();
        var resources = await client.ListResourcesAsync();
        var progress = new FirstStep();
        var result = await client.CallToolAsync("trigger-long-running-operation", new Dictionary<string, object?> { ["duration"] = 1, ["steps"] = 2 }, progress);

        tools.Select(tool => tool.Name).ShouldContain("echo");
        prompts.ShouldNotBeEmpty();
        resources.ShouldNotBeEmpty();
        result.IsError.ShouldNotBe(true);
        await progress.Seen.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Its_tool_calls_pass_the_same_gates_and_are_written_down()
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.Tools["forbidden"] = "Forbidden.";
        server.Tools["hidden"] = "Hidden.";
        var entry = server.Entry();
        entry["allowed_tools"] = new JsonArray("work", "forbidden");
        await using var gateway = await RunningGateway.StartAsync(entry);
        await using var client = await gateway.ConnectAsync("2025-06-18", "/mcp/endpoints/fake");

        var names = (await client.ListToolsAsync()).Select(tool => tool.Name);
        var worked = await client.CallToolAsync("work");
        var denied = await client.CallToolAsync("forbidden");
        var hidden = await client.CallToolAsync("hidden");

        names.ShouldBe(["work", "forbidden"]);
        worked.Content.OfType<TextContentBlock>().Single().Text.ShouldBe("done");
        denied.IsError.ShouldBe(true);
        denied.Content.OfType<TextContentBlock>().Single().Text.ShouldContain("not-this");
        hidden.IsError.ShouldBe(true);
        await Should.ThrowAsync<McpProtocolException>(async () => await client.CallToolAsync("nothing"));
        server.Calls.Count.ShouldBe(1);
        var card = await gateway.GetAsync("/mcp/endpoints/fake");
        ((int)card["latency"]!["samples"]!).ShouldBe(1);
        File.Exists(gateway.Service<GatewayAudit>().FilePath).ShouldBeTrue();
    }

    [Fact]
    public async Task A_web_page_can_not_reach_it_by_a_name_of_its_own()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/mcp") { Headers = { Host = "evil.example" } };
        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/mcp") { Headers = { { "Origin", "http://evil.example" } } };

        (await gateway.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await gateway.Http.SendAsync(foreign)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    sealed class FirstStep : IProgress<ProgressNotificationValue>
    {
        public TaskCompletionSource Seen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Report(ProgressNotificationValue value) => Seen.TrySetResult();
    }
}
