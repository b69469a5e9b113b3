using Agent.TestKit.Mcp;
using System.Net;
using System.Text.Json.Nodes;
using Agent.Mcp.Gateway.Endpoints.Health;
using Agent.Mcp.Gateway.Tests.Servers;
using Microsoft.AspNetCore.Http;

namespace Agent.Mcp.Gateway.Tests.Endpoints;

public sealed class When_an_endpoint_misbehaves
{
    [Fact]
    public async Task A_429_is_a_pause_as_long_as_it_asks_for_and_no_failure()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var gateway = await RunningGateway.StartAsync(server.Entry());
        server.BeforeCall = context =>
        {
            context.Response.Headers.RetryAfter = "7";
            return Results.StatusCode(429);
        };

        var (first, problem) = await gateway.InvokeAsync("fake", "work");
        server.BeforeCall = _ => null;
        var (second, _) = await gateway.InvokeAsync("fake", "work");

        first.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        first.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
        ((string)problem["code"]!).ShouldBe("cooling_down");
        ((bool)problem["sent"]!).ShouldBeFalse();
        second.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        server.Calls.ShouldBeEmpty();
        var endpoint = gateway.Endpoints.Find("fake")!;
        (endpoint.Breaker.Trips, endpoint.Health, endpoint.Tally.Errors).ShouldBe((0, EndpointHealth.Healthy, 0));
    }

    [Fact]
    public async Task A_call_without_answer_times_out_and_says_that_it_may_have_acted()
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.Work = Never;
        await using var gateway = await RunningGateway.StartAsync(Impatient(server.Entry()));

        var (response, problem) = await gateway.InvokeAsync("fake", "work");

        response.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
        ((string)problem["code"]!).ShouldBe("timed_out");
        ((bool)problem["sent"]!).ShouldBeTrue();
        ((string)problem["detail"]!).ShouldContain("timeouts.call");
    }

    [Fact]
    public async Task After_repeated_failures_calls_are_not_sent_until_one_may_try()
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.Work = Never;
        var entry = Impatient(server.Entry());
        entry["breaker"] = new JsonObject { ["consecutive_failures"] = 2, ["open_for"] = "1s" };
        await using var gateway = await RunningGateway.StartAsync(entry);

        await gateway.InvokeAsync("fake", "work");
        await gateway.InvokeAsync("fake", "work");
        var (refused, problem) = await gateway.InvokeAsync("fake", "work");
        server.Work = (_, _) => Task.FromResult("well again");

        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        ((string)problem["code"]!).ShouldBe("breaker_open");
        server.Calls.Count.ShouldBe(2);
        await gateway.UntilAsync("fake", endpoint => endpoint.Breaker.State != BreakerState.Open, "half open");
        var (again, _) = await gateway.InvokeAsync("fake", "work");
        again.EnsureSuccessStatusCode();
        gateway.Endpoints.Find("fake")!.Breaker.State.ShouldBe(BreakerState.Closed);
        gateway.Endpoints.Find("fake")!.Breaker.Trips.ShouldBe(1);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(400)]
    public async Task A_lost_session_is_made_again_and_the_call_repeated_once(int status)
    {
        await using var server = await FakeMcpServer.StartAsync();
        server.LostSessionStatus = status;
        await using var gateway = await RunningGateway.StartAsync(server.Entry());
        await gateway.InvokeAsync("fake", "work");

        server.LoseSessions();
        var (response, body) = await gateway.InvokeAsync("fake", "work");

        response.StatusCode.ShouldBe(HttpStatusCode.OK, body.ToJsonString());
        server.Calls.Count.ShouldBe(2);
        server.Sessions.ShouldBe(2);
    }

    [Fact]
    public async Task A_session_found_lost_by_a_probe_is_made_again_and_no_failure()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var gateway = await RunningGateway.StartAsync(server.Entry());
        await gateway.ToolNamesAsync();

        server.LoseSessions();
        await gateway.Endpoints.Find("fake")!.Watch.ProbeAsync(CancellationToken.None);

        var endpoint = gateway.Endpoints.Find("fake")!;
        (endpoint.Health, endpoint.Tally.Errors, server.Sessions).ShouldBe((EndpointHealth.Healthy, 0, 2));
    }

    [Fact]
    public async Task A_slow_endpoint_is_not_called_dead_while_it_works()
    {
        await using var server = await FakeMcpServer.StartAsync();
        var finish = new TaskCompletionSource<string>();
        server.Work = (_, _) => finish.Task;
        await using var gateway = await RunningGateway.StartAsync(server.Entry());
        await gateway.ToolNamesAsync();

        var call = gateway.InvokeAsync("fake", "work");
        await gateway.UntilAsync("fake", _ => !server.Calls.IsEmpty, "called");
        await gateway.Endpoints.Find("fake")!.Watch.ProbeAsync(CancellationToken.None);
        finish.SetResult("at last");
        var (response, body) = await call;

        response.EnsureSuccessStatusCode();
        ((string)body["text"]!).ShouldBe("at last");
        gateway.Endpoints.Find("fake")!.Health.ShouldBe(EndpointHealth.Healthy);
    }

    [Fact]
    public async Task An_endpoint_that_stops_is_unhealthy_and_comes_back_by_itself()
    {
        var server = await FakeMcpServer.StartAsync();
        var port = new Uri(server.Url).Port;
        var entry = server.Entry();
        entry["health"] = new JsonObject { ["interval"] = "50ms", ["unhealthy_after"] = 1, ["healthy_after"] = 1 };
        await using var gateway = await RunningGateway.StartAsync(entry);
        (await gateway.ToolNamesAsync()).ShouldBe(["fake__work"]);

        await server.DisposeAsync();
        await gateway.UntilAsync("fake", endpoint => endpoint.Health == EndpointHealth.Unhealthy, "unhealthy");
        (await gateway.ToolNamesAsync()).ShouldBeEmpty();
        await using var successor = await FakeMcpServer.StartAsync(port);

        await gateway.UntilAsync("fake", endpoint => endpoint.Health == EndpointHealth.Healthy, "healthy");
        (await gateway.ToolNamesAsync()).ShouldBe(["fake__work"]);
    }

    [Fact]
    public async Task One_that_hangs_holds_up_nobody_else()
    {
        await using var hanging = await FakeMcpServer.StartAsync();
        hanging.Work = Never;
        await using var sound = await FakeMcpServer.StartAsync();
        var entry = hanging.Entry("hanging");
        entry["timeouts"] = new JsonObject { ["call"] = "5s" };
        await using var gateway = await RunningGateway.StartAsync(entry, sound.Entry("sound"));
        await gateway.ToolNamesAsync();

        var stuck = Enumerable.Range(0, 40).Select(_ => gateway.InvokeAsync("hanging", "work")).ToList();
        await gateway.UntilAsync("hanging", endpoint => endpoint.CallsUnderWay == endpoint.Settings.MaxConcurrent, "full");
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => gateway.InvokeAsync("sound", "work")));

        stuck.ShouldAllBe(call => !call.IsCompleted);
        answers.ShouldAllBe(answer => answer.Response.IsSuccessStatusCode);
        gateway.Endpoints.Find("sound")!.Tally.Errors.ShouldBe(0);
        foreach (var (response, _) in await Task.WhenAll(stuck))
        {
            response.IsSuccessStatusCode.ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Tools_it_says_it_has_added_are_offered_at_once()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var gateway = await RunningGateway.StartAsync(server.Entry());
        (await gateway.ToolNamesAsync()).ShouldBe(["fake__work"]);

        server.Tools["more"] = "More.";
        server.AnnounceTools();

        await gateway.UntilAsync("fake", endpoint => endpoint.Tools.Count == 2, "refreshed");
        (await gateway.ToolNamesAsync()).ShouldBe(["fake__more", "fake__work"]);
    }

    [Fact]
    public async Task Redirects_are_not_followed_with_our_credentials()
    {
        await using var target = await FakeMcpServer.StartAsync();
        await using var server = await FakeMcpServer.StartAsync();
        await using var gateway = await RunningGateway.StartAsync(server.Entry());
        server.BeforeCall = _ => Results.Redirect(target.Url, preserveMethod: true);

        var (response, _) = await gateway.InvokeAsync("fake", "work");

        response.IsSuccessStatusCode.ShouldBeFalse();
        target.Authorizations.ShouldBeEmpty();
    }

    static JsonObject Impatient(JsonObject entry)
    {
        entry["timeouts"] = new JsonObject { ["call"] = "300ms", ["probe"] = "10s" };
        return entry;
    }

    static async Task<string> Never(JsonObject parameters, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return "";
    }
}
