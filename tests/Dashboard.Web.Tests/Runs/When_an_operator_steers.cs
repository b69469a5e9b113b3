using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Tests.Harness;
using Agent.Dashboard.Web.Tests.Samples;

namespace Agent.Dashboard.Web.Tests.Runs;

public class When_an_operator_steers(SharedDoor shared)
{
    readonly DoorHarness _door = shared.Door;

    [Fact]
    public async Task A_message_and_a_retry_are_in_the_journal_with_who_said_it()
    {
        var runId = await _door.AppendAsync(SampleRuns.Running());
        var step = (await _door.Journal.LoadAsync(runId))!.Steps.First(step => step.Phase == Agent.Journal.Runs.StepPhase.Running).Id;

        (await PostAsync(runId, "messages", new { text = "leave vendor/ out" })).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await PostAsync(runId, "priority", new { priority = 9 })).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await PostAsync(runId, $"steps/{step}/retry", new { comment = "again" })).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        var events = await _door.Journal.ReadAsync(runId).Select(entry => entry.Event).ToListAsync();
        events.ShouldContain(new RunPriorityChanged(9, "local"));
        events.ShouldContain(new OperatorMessage("local", "leave vendor/ out"));
        events.ShouldContain(new StepRetryRequested(step, "local", "again"));
    }

    [Theory]
    [InlineData("steps/nonsense/retry", "{}", 404, "unknown_step")]
    [InlineData("messages", """{"text":" "}""", 400, "invalid_message")]
    [InlineData("priority", """{"priority":10}""", 400, "invalid_priority")]
    [InlineData("plan", """{"plan":[]}""", 400, "invalid_plan")]
    [InlineData("plan", """{"plan":{"steps":[]}}""", 503, "planner_away")]
    [InlineData("fork", """{"sequence":9999}""", 400, "invalid_checkpoint")]
    public async Task What_does_not_fit_is_refused_with_a_code(string verb, string body, int status, string code)
    {
        var runId = await _door.AppendAsync(SampleRuns.Running());

        using var response = await _door.Client.PostAsync(new Uri($"runs/{runId}/{verb}", UriKind.Relative), new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        ((int)response.StatusCode).ShouldBe(status);
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe(code);
    }

    [Fact]
    public async Task A_fork_is_a_run_of_its_own_with_the_same_beginning()
    {
        var runId = await _door.AppendAsync(SampleRuns.Failed());

        using var response = await PostAsync(runId, "fork", new { });

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var forkId = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run_id").GetGuid();
        var fork = (await _door.Journal.LoadAsync(forkId))!;
        fork.ForkedFrom.ShouldNotBeNull().FromRun.ShouldBe(runId);
        fork.End.ShouldBeNull();
        (await _door.Journal.VerifyAsync(forkId)).Holds.ShouldBeTrue();
    }

    Task<HttpResponseMessage> PostAsync(Guid runId, string verb, object body) => _door.Client.PostAsJsonAsync(new Uri($"runs/{runId}/{verb}", UriKind.Relative), body);
}
