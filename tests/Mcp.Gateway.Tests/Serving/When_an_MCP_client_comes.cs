using Agent.TestKit.Mcp;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Agent.Mcp.Gateway.Serving;
using Agent.Mcp.Gateway.Tests.Servers;

namespace Agent.Mcp.Gateway.Tests.Serving;

public sealed class When_an_MCP_client_comes
{
    const string Initialize = """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}""";
    const string List = """{"jsonrpc":"2.0","id":2,"method":"tools/list"}""";

    [Fact]
    public async Task Without_the_key_nothing_is_told()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var stranger = new HttpClient { BaseAddress = gateway.Url };

        foreach (var path in new[] { "/mcp", "/mcp/tools", "/mcp/health", "/mcp/endpoints/x" })
        {
            (await stranger.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        (await stranger.PostAsync("/mcp/invoke", new StringContent("{}"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_session_begins_with_initialize_and_ends_with_delete()
    {
        await using var gateway = await RunningGateway.StartAsync();

        var begun = await PostAsync(gateway, Initialize);
        var session = begun.Headers.GetValues("Mcp-Session-Id").Single();
        var during = await PostAsync(gateway, List, session);
        var others = await SendAsync(gateway, HttpMethod.Post, List, session, ("X-Agent-Principal", "somebody-else"));
        var ended = await SendAsync(gateway, HttpMethod.Delete, null, session);
        var after = await PostAsync(gateway, List, session);

        during.StatusCode.ShouldBe(HttpStatusCode.OK);
        others.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        ended.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        after.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        gateway.Service<McpSessions>().Count.ShouldBe(0);
    }

    [Theory]
    [InlineData("{ torn", HttpStatusCode.BadRequest, -32700)]
    [InlineData("[]", HttpStatusCode.BadRequest, -32700)]
    [InlineData(List, HttpStatusCode.BadRequest, -32600)]
    public async Task A_mistaken_request_gets_a_JSON_RPC_error(string body, HttpStatusCode status, int code)
    {
        await using var gateway = await RunningGateway.StartAsync();

        var response = await PostAsync(gateway, body);

        response.StatusCode.ShouldBe(status);
        ((int)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!["code"]!).ShouldBe(code);
    }

    [Fact]
    public async Task Headers_that_contradict_the_body_are_refused()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var session = (await PostAsync(gateway, Initialize)).Headers.GetValues("Mcp-Session-Id").Single();

        var response = await SendAsync(gateway, HttpMethod.Post, """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"fake__wipe"}}""", session, ("Mcp-Method", "tools/call"), ("Mcp-Name", "fake__work"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        ((int)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!["code"]!).ShouldBe(-32020);
    }

    [Fact]
    public async Task Whoever_asks_for_JSON_gets_the_cards()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var gateway = await RunningGateway.StartAsync(server.Entry());
        await gateway.ToolNamesAsync();

        var card = (await gateway.GetAsync("/mcp"))["endpoints"]![0]!;

        ((string)card["name"]!).ShouldBe("fake");
        ((string)card["transport"]!).ShouldBe("streamable_http");
        ((string)card["health"]!).ShouldBe("healthy");
        ((int)card["tool_count"]!).ShouldBe(1);
        ((string)card["breaker"]!["state"]!).ShouldBe("closed");
    }

    [Fact]
    public async Task A_wrong_accept_header_is_refused()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp") { Content = new StringContent(Initialize, Encoding.UTF8, "application/json") };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));

        (await gateway.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.NotAcceptable);
    }

    static Task<HttpResponseMessage> PostAsync(RunningGateway gateway, string body, string? session = null) => SendAsync(gateway, HttpMethod.Post, body, session);

    static Task<HttpResponseMessage> SendAsync(RunningGateway gateway, HttpMethod method, string? body, string? session, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, "/mcp") { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        if (session is not null)
        {
            request.Headers.Add("Mcp-Session-Id", session);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return gateway.Http.SendAsync(request);
    }
}
