using System.Net;
using Agent.Contracts;
using Agent.Dashboard.Web.Tests.Harness;
using Agent.Dashboard.Web.Tests.Samples;
using Agent.TestKit;

namespace Agent.Dashboard.Web.Tests.Api;

public class When_the_store_is_away
{
    [Fact]
    public async Task A_goal_is_not_taken_and_the_caller_is_told_when_to_come_back()
    {
        await using var store = await RedisServer.StartGarnetAsync();
        Assert.SkipUnless(store.IsOurs, "AGENT_REDIS must not be killed.");
        await using var door = await DoorHarness.StartAsync(store);
        await store.DisposeAsync();

        using var submitted = await door.SubmitAsync(new { goal = "Describe it", workspace = "/tmp" });
        using var listed = await door.Client.GetAsync(new Uri("runs", UriKind.Relative));
        using var health = await door.Client.GetAsync(new Uri("health", UriKind.Relative));

        var problem = await submitted.ProblemAsync();
        problem.Status.ShouldBe(503);
        problem.Code.ShouldBe("store_away");
        submitted.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
        listed.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        health.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task A_stream_goes_on_without_a_gap_when_it_is_back()
    {
        await using var store = await RedisServer.StartGarnetAsync();
        Assert.SkipUnless(store.IsOurs, "AGENT_REDIS must not be killed.");
        await using var door = await DoorHarness.StartAsync(store);
        var events = SampleRuns.Failed();
        var runId = await door.AppendAsync([.. events.Take(6)]);
        await using var reading = EventReader.ReadAsync(door.Client, $"runs/{runId}/events").GetAsyncEnumerator();
        List<long> seen = [];
        for (var index = 0; index < 6; index++)
        {
            (await reading.MoveNextAsync()).ShouldBeTrue();
            seen.Add(reading.Current.Id);
        }

        await store.KillAndRestartAsync();
        await Eventually.SucceedsAsync(() => door.AppendAsync(runId, [.. events.Skip((int)(seen.Count))]));

        while (await reading.MoveNextAsync())
        {
            seen.Add(reading.Current.Id);
        }

        seen.ShouldBe(Enumerable.Range(1, events.Count).Select(sequence => (long)sequence));
        (await door.Journal.LoadAsync(runId))!.Phase.ShouldBe(RunPhase.Failed);
    }
}
