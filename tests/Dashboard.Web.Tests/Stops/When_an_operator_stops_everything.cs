using System.Net.Http.Json;
using System.Text.Json;
using Agent.Dashboard.Web.Tests.Harness;
using Agent.Journal.Stops;
using Agent.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.Dashboard.Web.Tests.Stops;

public class When_an_operator_stops_everything
{
    [Fact]
    public async Task The_switch_says_who_did_it_and_whether_every_instance_holds_still()
    {
        await using var store = await SharedServers.StartAsync(ServerKind.Garnet) ?? throw new InvalidOperationException("Garnet is always to be had.");
        await using var door = await DoorHarness.StartAsync(store);
        var killSwitch = door.Services.GetRequiredService<KillSwitch>();
        await killSwitch.AcknowledgeAsync(new StopAcknowledgement("executor/1", 0, false, 0, DateTimeOffset.UnixEpoch), TestContext.Current.CancellationToken);

        var engaged = await PostAsync(door, "kill-switch/engage", new { comment = "look at this" });
        await killSwitch.AcknowledgeAsync(new StopAcknowledgement("executor/1", 1, true, 0, DateTimeOffset.UnixEpoch), TestContext.Current.CancellationToken);
        var still = await door.GetAsync("kill-switch");
        var lifted = await PostAsync(door, "kill-switch/lift", null);

        (engaged.GetProperty("engaged").GetBoolean(), engaged.GetProperty("principal").GetString(), engaged.GetProperty("comment").GetString()).ShouldBe((true, "local", "look at this"));
        engaged.GetProperty("proven").GetBoolean().ShouldBeFalse();
        still.GetProperty("proven").GetBoolean().ShouldBeTrue();
        lifted.GetProperty("engaged").GetBoolean().ShouldBeFalse();
        lifted.GetProperty("record").GetArrayLength().ShouldBe(2);
    }

    static async Task<JsonElement> PostAsync(DoorHarness door, string path, object? body)
    {
        using var response = body is null ? await door.Client.PostAsync(new Uri(path, UriKind.Relative), null) : await door.Client.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
