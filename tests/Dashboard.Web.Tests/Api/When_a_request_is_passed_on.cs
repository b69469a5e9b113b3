using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Agent.Dashboard.Web.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Agent.Dashboard.Web.Tests.Api;

public sealed class When_a_request_is_passed_on : IAsyncLifetime
{
    readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    WebApplication _peer = null!;
    DoorHarness _door = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _peer = builder.Build();
        _peer.MapGet("/mcp", async (HttpContext context) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: first\n\n");
            await context.Response.Body.FlushAsync();
            await _goOn.Task;
            await context.Response.WriteAsync("data: second\n\n");
        });
        _peer.MapPost("/mcp", async (HttpContext context) =>
        {
            context.Response.StatusCode = 202;
            context.Response.Headers["Mcp-Session-Id"] = "s-1";
            await context.Response.WriteAsJsonAsync(new
            {
                key = context.Request.Headers["X-Agent-Key"].ToString(),
                session = context.Request.Headers["Mcp-Session-Id"].ToString(),
                authorization = context.Request.Headers.Authorization.ToString(),
                principal = context.Request.Headers["X-Agent-Principal"].ToString(),
                cookie = context.Request.Headers.Cookie.ToString(),
                body = await new StreamReader(context.Request.Body).ReadToEndAsync(),
            });
        });
        _peer.MapPost("/policies/reload", () => TypedResults.Problem("tools.yaml:3:1: no such key", statusCode: 422));
        await _peer.StartAsync();
        var address = _peer.Urls.Single();
        _door = await DoorHarness.StartAsync(settings: new() { ["services:mcp-gateway:http:0"] = address, ["services:policy-service:http:0"] = address });
    }

    public async ValueTask DisposeAsync()
    {
        await _door.DisposeAsync();
        await _peer.DisposeAsync();
    }

    [Fact]
    public async Task The_peer_gets_the_suite_s_key_and_never_the_caller_s()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "mcp") { Content = JsonContent.Create(new { jsonrpc = "2.0" }), Headers = { { "Mcp-Session-Id", "s-0" }, { "Cookie", "a=b" }, { "X-Agent-Principal", "somebody else" } } };

        using var response = await _door.Client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        response.Headers.GetValues("Mcp-Session-Id").ShouldBe(["s-1"]);
        var seen = await response.Content.ReadFromJsonAsync<JsonElement>();
        seen.GetProperty("key").GetString().ShouldBe("internal");
        seen.GetProperty("session").GetString().ShouldBe("s-0");
        seen.GetProperty("authorization").GetString().ShouldBe("");
        seen.GetProperty("principal").GetString().ShouldNotBe("somebody else");
        seen.GetProperty("principal").GetString().ShouldNotBeNullOrEmpty();
        seen.GetProperty("cookie").GetString().ShouldBe("");
        seen.GetProperty("body").GetString().ShouldBe("{\"jsonrpc\":\"2.0\"}");
    }

    [Fact]
    public async Task A_stream_arrives_as_it_is_written()
    {
        using var response = await _door.Client.GetAsync(new Uri("mcp", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60))).ShouldBe("data: first");
        _goOn.SetResult();

        (await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60))).ShouldContain("data: second");
    }

    [Fact]
    public async Task What_the_peer_refuses_is_refused_in_its_words()
    {
        using var response = await _door.Client.PostAsync(new Uri("policies/reload", UriKind.Relative), null);

        ((int)response.StatusCode).ShouldBe(422);
        (await response.Content.ReadAsStringAsync()).ShouldContain("tools.yaml:3:1");
    }

    [Fact]
    public async Task A_peer_that_is_away_is_named()
    {
        await _peer.StopAsync();

        using var gateway = await _door.Client.GetAsync(new Uri("mcp/health", UriKind.Relative));
        using var policies = await _door.Client.PostAsync(new Uri("policies/reload", UriKind.Relative), null);

        (await gateway.ProblemAsync()).Code.ShouldBe("gateway_away");
        (await policies.ProblemAsync()).Code.ShouldBe("policy_service_away");
        policies.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task A_peer_without_an_address_names_the_setting()
    {
        await using var door = await DoorHarness.StartAsync();

        using var response = await door.Client.GetAsync(new Uri("mcp/health", UriKind.Relative));

        (await response.ProblemAsync()).Detail.ShouldContain("services__mcp-gateway__http__0");
    }
}
