using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Tests.Harness;
using Agent.Dashboard.Web.Tests.Samples;

namespace Agent.Dashboard.Web.Tests.Runs;

public class When_an_operator_acts(SharedDoor shared)
{
    readonly DoorHarness _door = shared.Door;

    [Fact]
    public async Task Pausing_and_resuming_are_in_the_journal_once_with_who_and_why()
    {
        var runId = await _door.AppendAsync(SampleRuns.Running());

        var paused = await ActAsync(runId, "pause", new { comment = "lunch" });
        await ActAsync(runId, "pause");
        var resumed = await ActAsync(runId, "resume");

        paused.GetProperty("state").GetString().ShouldBe("paused");
        resumed.GetProperty("state").GetString().ShouldBe("running");
        var entries = await _door.Journal.ReadAsync(runId).Select(entry => entry.Event).ToListAsync();
        entries.OfType<RunPaused>().ShouldHaveSingleItem().ShouldBe(new RunPaused("local", "lunch"));
        entries.OfType<RunResumed>().ShouldHaveSingleItem().Principal.ShouldBe("local");
    }

    [Fact]
    public async Task Cancelling_is_asked_for_once()
    {
        var runId = await _door.AppendAsync(SampleRuns.Running());

        await ActAsync(runId, "cancel");
        await ActAsync(runId, "cancel");

        (await _door.Journal.ReadAsync(runId).Select(entry => entry.Event).ToListAsync()).OfType<RunCancelRequested>().Count().ShouldBe(1);
    }

    [Fact]
    public async Task An_operator_and_a_worker_writing_at_once_both_get_in()
    {
        var runId = await _door.AppendAsync([SampleRuns.Submitted()]);

        var verbs = Enumerable.Range(0, 4).Select(turn => ActAsync(runId, turn % 2 == 0 ? "pause" : "resume"));
        await Task.WhenAll(verbs);

        (await _door.GetAsync($"runs/{runId}/verify")).GetProperty("holds").GetBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("cancel")]
    public async Task A_run_that_is_over_can_not_be_changed(string verb)
    {
        var runId = await _door.AppendAsync(SampleRuns.Failed());

        using var response = await _door.Client.PostAsync(new Uri($"runs/{runId}/{verb}", UriKind.Relative), null);

        var problem = await response.ProblemAsync();
        problem.Status.ShouldBe(409);
        problem.Code.ShouldBe("run_ended");
    }

    [Theory]
    [InlineData("runs/01890000-0000-7000-8000-000000000000")]
    [InlineData("runs/01890000-0000-7000-8000-000000000000/events")]
    [InlineData("runs/01890000-0000-7000-8000-000000000000/verify")]
    [InlineData("runs/01890000-0000-7000-8000-000000000000/export")]
    [InlineData("checkpoints/01890000-0000-7000-8000-000000000000")]
    [InlineData("logs/01890000-0000-7000-8000-000000000000")]
    public async Task A_run_there_is_not_is_not_found(string path)
    {
        using var response = await _door.Client.GetAsync(new Uri(path, UriKind.Relative));

        var problem = await response.ProblemAsync();
        problem.Status.ShouldBe(404);
        problem.Code.ShouldBe("unknown_run");
    }

    async Task<JsonElement> ActAsync(Guid runId, string verb, object? note = null)
    {
        using var response = await _door.Client.PostAsync(new Uri($"runs/{runId}/{verb}", UriKind.Relative), note is null ? null : JsonContent.Create(note));
        ((int)response.StatusCode).ShouldBe(202);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
