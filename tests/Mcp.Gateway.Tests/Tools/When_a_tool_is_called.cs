using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Agent.Journal.Stops;
using Agent.Mcp.Gateway.Audit;
using Agent.Mcp.Gateway.Tests.Servers;
using Agent.ServiceDefaults;
using Agent.TestKit.Mcp;

namespace Agent.Mcp.Gateway.Tests.Tools;

public sealed class When_a_tool_is_called
{
    [Fact]
    public async Task The_idempotency_key_and_the_run_go_along_in_meta()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var gateway = await RunningGateway.StartAsync(server.Entry());

        var response = await gateway.Http.PostAsJsonAsync("/mcp/invoke", new { endpoint = "fake", tool = "work", arguments = new { x = 1 }, run_id = "run-1", call_id = "s.1#1", idempotency_key = "key-1" });

        response.EnsureSuccessStatusCode();
        var meta = server.Calls.Single()["_meta"]!;
        ((string)meta["agent/idempotency-key"]!).ShouldBe("key-1");
        ((string)meta["agent/run-id"]!).ShouldBe("run-1");
        ((string)meta["agent/call-id"]!).ShouldBe("s.1#1");
        ((int)server.Calls.Single()["arguments"]!["x"]!).ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_is_called_while_the_kill_switch_is_engaged()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var gateway = await RunningGateway.StartAsync(server.Entry());
        var engaged = new KillSwitchState(true, 1, "ada", null, DateTimeOffset.UnixEpoch);

        gateway.Service<StopSign>().Show(engaged);
        using var refused = await gateway.Http.PostAsJsonAsync("/mcp/invoke", new { endpoint = "fake", tool = "work" });
        gateway.Service<StopSign>().Show(engaged with { IsEngaged = false });
        using var made = await gateway.Http.PostAsJsonAsync("/mcp/invoke", new { endpoint = "fake", tool = "work" });

        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ((string)(await refused.Content.ReadFromJsonAsync<JsonNode>())!["code"]!).ShouldBe("stopped");
        made.EnsureSuccessStatusCode();
        server.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_callers_trace_goes_along_in_meta()
    {
        using var listener = new ActivityListener { ShouldListenTo = _ => true, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        await using var server = await FakeMcpServer.StartAsync();
        await using var gateway = await RunningGateway.StartAsync(server.Entry());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp/invoke") { Content = JsonContent.Create(new { endpoint = "fake", tool = "work" }) };
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");

        (await gateway.Http.SendAsync(request)).EnsureSuccessStatusCode();

        server.Calls.Single()["_meta"]!["traceparent"]!.ToString().ShouldContain(trace);
    }

    [Fact]
    public async Task Every_call_goes_to_the_gateways_audit_file_with_the_rule_that_judged_it()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var gateway = await RunningGateway.StartAsync(server.Entry());

        await gateway.Http.PostAsJsonAsync("/mcp/invoke", new { endpoint = "fake", tool = "work", run_id = "run-1", call_id = "s.1#1" });
        await gateway.InvokeAsync("fake", "work", new { secret = "hunter2" });
        await gateway.InvokeAsync("fake", "no_such_tool");
        await using (var client = await gateway.ConnectAsync())
        {
            await client.CallToolAsync("fake__work");
        }

        var lines = await ReadAsync(gateway.Service<GatewayAudit>().FilePath);
        var calls = lines.Select(line => JsonNode.Parse(line)!["data"]!).ToList();
        calls.Select(call => (string)call["outcome"]!).ShouldBe(["ok", "ok", "unknown_tool", "ok"]);
        calls.Select(call => (string?)call["run_id"]).ShouldBe(["run-1", null, null, null]);
        calls.Select(call => (string?)call["rule"]).ShouldBe(["all", "all", null, "all"]);
        GatewayAudit.BrokenAt(lines).ShouldBeNull();
        lines[1].ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task What_policy_denies_is_not_called_whoever_asks()
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.Tools["forbidden"] = "Forbidden.";
        await using var gateway = await RunningGateway.StartAsync(server.Entry());

        var (response, body) = await gateway.InvokeAsync("fake", "forbidden");
        var within = await gateway.Http.PostAsJsonAsync("/mcp/invoke", new { endpoint = "fake", tool = "forbidden", run_id = "run-1" });
        await using var client = await gateway.ConnectAsync();
        var result = await client.CallToolAsync("fake__forbidden");

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        ((string)body["code"]!).ShouldBe("denied");
        ((string)body["detail"]!).ShouldContain("not-this");
        within.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        result.IsError.ShouldBe(true);
        server.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_can_not_be_written_down_is_not_done()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var gateway = await RunningGateway.StartAsync(server.Entry());
        await File.WriteAllTextAsync(Path.Combine(gateway.State, "audit"), "a file where the directory should be");

        var (response, body) = await gateway.InvokeAsync("fake", "work");

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ((string)body["code"]!).ShouldBe("no_audit");
        server.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_policy_bundle_nothing_is_called()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var gateway = await RunningGateway.StartAsync(server.Entry());
        gateway.Service<CurrentBundle>().Switch(null!);

        var (response, body) = await gateway.InvokeAsync("fake", "work");

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ((string)body["code"]!).ShouldBe("no_policy");
        server.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_rate_limit_holds_and_is_counted()
    {
        await using var server = await FakeMcpServer.StartAsync();
        var entry = server.Entry();
        entry["rate_limit"] = new JsonObject { ["per_minute"] = 1, ["burst"] = 2, ["max_wait"] = 0 };
        await using var gateway = await RunningGateway.StartAsync(entry);

        var calls = new[] { await gateway.InvokeAsync("fake", "work"), await gateway.InvokeAsync("fake", "work"), await gateway.InvokeAsync("fake", "work"), await gateway.InvokeAsync("fake", "work") };
        var card = await gateway.GetAsync("/mcp/endpoints/fake");

        calls.Select(call => call.Response.StatusCode).ShouldBe([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests]);
        calls[2].Response.Headers.RetryAfter.ShouldNotBeNull();
        ((string)calls[2].Body["code"]!).ShouldBe("throttled");
        ((bool)card["rate_limit"]!["throttled"]!).ShouldBeTrue();
        ((int)card["rate_limit"]!["incidents"]!).ShouldBe(1);
        ((int)card["total_invocations"]!).ShouldBe(4);
        ((int)card["latency"]!["samples"]!).ShouldBe(2);
    }

    [Fact]
    public async Task Tools_that_are_not_allowed_are_neither_offered_nor_called()
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.Tools["wipe"] = "Wipes.";
        var entry = server.Entry();
        entry["allowed_tools"] = new JsonArray("wor*");
        await using var gateway = await RunningGateway.StartAsync(entry);

        var names = await gateway.ToolNamesAsync();
        var (response, body) = await gateway.InvokeAsync("fake", "wipe");

        names.ShouldBe(["fake__work"]);
        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        ((string)body["code"]!).ShouldBe("not_allowed");
        server.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Names_too_long_or_strange_for_models_lead_back_to_the_tool()
    {
        await using var server = await FakeMcpServer.StartAsync();
        var strange = "über/alle maßen " + new string('x', 90);
        server.Tools[strange] = "Strange.";
        await using var gateway = await RunningGateway.StartAsync(server.Entry());

        var name = (await gateway.ToolNamesAsync()).Single(tool => tool != "fake__work");
        var response = await gateway.Http.PostAsJsonAsync("/mcp/invoke", new { tool = name });

        name.Length.ShouldBeLessThanOrEqualTo(64);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        ((string)server.Calls.Single()["name"]!).ShouldBe(strange);
    }

    [Fact]
    public async Task Credentials_reach_the_endpoint_and_no_card()
    {
        Environment.SetEnvironmentVariable("AGENT_TEST_FAKE_TOKEN", "token-9f8e7d");
        await using var server = await FakeMcpServer.StartAsync();
        var entry = server.Entry();
        entry["headers"] = new JsonObject { ["Authorization"] = "Bearer ${AGENT_TEST_FAKE_TOKEN}" };
        await using var gateway = await RunningGateway.StartAsync(entry);

        await gateway.InvokeAsync("fake", "work");
        var shown = (await gateway.GetAsync("/mcp")).ToJsonString() + (await gateway.GetAsync("/mcp/endpoints/fake")).ToJsonString();

        server.Authorizations.ShouldAllBe(given => given == "Bearer token-9f8e7d");
        server.Authorizations.ShouldNotBeEmpty();
        shown.ShouldNotContain("token-9f8e7d");
    }

    [Theory]
    [InlineData("""{"endpoint": "nobody", "tool": "work"}""", HttpStatusCode.NotFound, "unknown_endpoint")]
    [InlineData("""{"endpoint": "fake", "tool": "nothing"}""", HttpStatusCode.NotFound, "unknown_tool")]
    [InlineData("""{"endpoint": "fake", "tool": "work", "arguments": [1]}""", HttpStatusCode.BadRequest, "invalid_arguments")]
    [InlineData("""{"endpoint": "fake"}""", HttpStatusCode.BadRequest, "invalid_arguments")]
    [InlineData("""{"endpoint": "fake", "tool": 5}""", HttpStatusCode.BadRequest, null)]
    [InlineData("{", HttpStatusCode.BadRequest, null)]
    [InlineData("null", HttpStatusCode.BadRequest, null)]
    public async Task A_mistaken_call_is_told_what_is_wrong(string body, HttpStatusCode status, string? code)
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var gateway = await RunningGateway.StartAsync(server.Entry());

        var response = await gateway.Http.PostAsync("/mcp/invoke", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        response.StatusCode.ShouldBe(status);
        var text = await response.Content.ReadAsStringAsync();
        ((string?)JsonNode.Parse(text)!["code"]).ShouldBe(code);
        text.ShouldNotContain("   at ");
        server.Calls.ShouldBeEmpty();
    }

    static async Task<string[]> ReadAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
