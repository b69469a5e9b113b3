using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Agent.Dashboard.Web.Tests.Harness;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.Dashboard.Web.Tests.Api;

public sealed record Parcel(string Text);

public class When_an_operator_looks_at_the_bus
{
    [Fact]
    public async Task Queues_are_listed_peeked_into_and_purged_after_a_dry_run()
    {
        await using var door = await DoorHarness.StartAsync();
        var bus = door.Services.GetRequiredService<IBus>();
        var queue = $"parcels-{Guid.CreateVersion7():N}";
        var endpoint = await bus.GetSendEndpoint(new Uri($"queue:{queue}"));
        await endpoint.Send(new Parcel("first"));
        await endpoint.Send(new Parcel("second"));

        var list = await door.Client.GetFromJsonAsync<JsonElement>("bus/queues");
        list.GetProperty("queues").EnumerateArray().Single(one => one.GetProperty("name").GetString() == queue).GetProperty("ready").GetInt32().ShouldBe(2);

        var peeked = await door.Client.GetFromJsonAsync<JsonElement>($"bus/queues/{queue}/messages?type=parcel&limit=1");
        peeked.GetProperty("messages").EnumerateArray().ShouldHaveSingleItem().GetProperty("body").GetString().ShouldNotBeNull().ShouldContain("first");

        (await PurgeAsync(door, queue, new { dry_run = true })).ShouldBe(2);
        (await PurgeAsync(door, queue, new { limit = 1 })).ShouldBe(1);
        (await PurgeAsync(door, queue, new { })).ShouldBe(1);
        (await PurgeAsync(door, queue, new { })).ShouldBe(0);
    }

    [Fact]
    public async Task Wrong_limits_and_strangers_are_refused()
    {
        await using var door = await DoorHarness.StartAsync();

        (await door.Client.GetAsync("bus/queues/x/messages?limit=0")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await door.Client.PostAsJsonAsync("bus/queues/x/requeue", new { limit = -1 })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await door.Anonymous().PostAsJsonAsync("bus/queues/x/purge", new { })).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Another_bus_is_named_instead_of_an_empty_list()
    {
        await using var door = await DoorHarness.StartAsync(settings: new() { ["Bus:Transport"] = "memory" });

        foreach (var answer in (HttpResponseMessage[])[await door.Client.GetAsync("bus/queues"), await door.Client.PostAsJsonAsync("bus/queues/x/purge", new { })])
        {
            var (status, code, detail) = await answer.ProblemAsync();
            (status, code).ShouldBe((409, "bus_not_on_redis"));
            detail.ShouldContain("memory");
        }
    }

    static async Task<int> PurgeAsync(DoorHarness door, string queue, object order)
    {
        var response = await door.Client.PostAsJsonAsync($"bus/queues/{queue}/purge", order);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("count").GetInt32();
    }
}
