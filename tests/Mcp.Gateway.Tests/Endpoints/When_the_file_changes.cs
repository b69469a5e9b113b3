using Agent.TestKit.Mcp;
using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Agent.Mcp.Gateway.Tests.Servers;
using ModelContextProtocol.Protocol;

namespace Agent.Mcp.Gateway.Tests.Endpoints;

public sealed class When_the_file_changes
{
    [Fact]
    public async Task A_good_one_is_taken_and_unchanged_endpoints_keep_their_session()
    {
        await using var first = await FakeMcpServer.StartAsync();
        await using var second = await FakeMcpServer.StartAsync();
        await using var gateway = await RunningGateway.StartAsync(first.Entry("first"));
        await gateway.ToolNamesAsync();

        await File.WriteAllTextAsync(gateway.FilePath, RunningGateway.FileOf(second.Entry("second"), first.Entry("first")));
        await gateway.UntilAsync("second", endpoint => endpoint.IsUsable, "usable");

        (await gateway.ToolNamesAsync()).ShouldBe(["first__work", "second__work"]);
        first.Sessions.ShouldBe(1);
    }

    [Fact]
    public async Task Calls_under_way_at_a_removed_endpoint_get_their_answer()
    {
        await using var server = await FakeMcpServer.StartAsync();
        var finish = new TaskCompletionSource<string>();
        server.Work = (_, _) => finish.Task;
        await using var gateway = await RunningGateway.StartAsync(server.Entry());
        await gateway.ToolNamesAsync();

        var call = gateway.InvokeAsync("fake", "work");
        await gateway.UntilAsync("fake", _ => !server.Calls.IsEmpty, "called");
        await File.WriteAllTextAsync(gateway.FilePath, """{"endpoints": []}""");
        (await gateway.Http.PostAsync("/mcp/reload", null)).EnsureSuccessStatusCode();
        gateway.Endpoints.All.ShouldBeEmpty();
        finish.SetResult("after all");

        var (response, body) = await call;
        response.EnsureSuccessStatusCode();
        ((string)body["text"]!).ShouldBe("after all");
    }

    [Fact]
    public async Task A_bad_one_is_refused_with_all_mistakes_and_the_last_good_one_stays()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var gateway = await RunningGateway.StartAsync(server.Entry());
        await gateway.ToolNamesAsync();

        await File.WriteAllTextAsync(gateway.FilePath, """{"endpoints": [{"name": "a"}, {"name": "b", "url": "nowhere"}]}""");
        var reload = await gateway.Http.PostAsync("/mcp/reload", null);
        var health = await gateway.GetAsync("/mcp/health");
        var (call, _) = await gateway.InvokeAsync("fake", "work");

        reload.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await reload.Content.ReadAsStringAsync()).ShouldContain("neither 'url' nor 'command'");
        ((string)health["status"]!).ShouldBe("degraded");
        health["file"]!["refused"]!.AsArray().Count.ShouldBe(2);
        call.EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task Removed_endpoints_are_gone_and_listening_clients_are_told()
    {
        await using var server = await FakeMcpServer.StartAsync();
        await using var gateway = await RunningGateway.StartAsync(server.Entry());
        await using var client = await gateway.ConnectAsync("2025-11-25");
        (await client.ListToolsAsync()).Count.ShouldBe(1);
        var told = Channel.CreateUnbounded<bool>();
        await using var listening = client.RegisterNotificationHandler(NotificationMethods.ToolListChangedNotification, (_, _) =>
        {
            told.Writer.TryWrite(true);
            return ValueTask.CompletedTask;
        });
        await gateway.UntilListeningAsync();

        await File.WriteAllTextAsync(gateway.FilePath, """{"endpoints": []}""");

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        do
        {
            await told.Reader.ReadAsync(patience.Token);
        }
        while ((await client.ListToolsAsync()).Count > 0);

        var (response, body) = await gateway.InvokeAsync("fake", "work");
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        ((string)body["code"]!).ShouldBe("unknown_endpoint");
    }
}
