using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Tests.Harness;

namespace Agent.Dashboard.Web.Tests.Runs;

public class When_a_goal_is_submitted(SharedDoor shared)
{
    readonly DoorHarness _door = shared.Door;

    [Fact]
    public async Task The_answer_names_the_run_and_the_journal_has_the_promise()
    {
        using var response = await _door.SubmitAsync(new { goal = "  Describe this repository ", workspace = Path.GetTempPath() });

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var accepted = await response.Content.ReadFromJsonAsync<JsonElement>();
        var runId = accepted.GetProperty("run_id").GetGuid();
        accepted.GetProperty("state").GetString().ShouldBe("queued");
        accepted.GetProperty("location").GetString().ShouldBe($"/runs/{runId}");
        response.Headers.Location!.OriginalString.ShouldBe($"/runs/{runId}");
        var entry = await _door.Journal.ReadAsync(runId).SingleAsync();
        var submitted = entry.Event.ShouldBeOfType<RunSubmitted>();
        submitted.Goal.ShouldBe("Describe this repository");
        submitted.Workspace.ShouldBe(Path.TrimEndingDirectorySeparator(Path.GetTempPath()));
        submitted.Principal.ShouldBe("local");
    }

    [Fact]
    public async Task The_planner_is_told()
    {
        await using var planner = await ListeningPlanner.StartAsync(_door);

        using var response = await _door.SubmitAsync(new { goal = "Describe this repository", workspace = Path.GetTempPath() });

        var runId = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run_id").GetGuid();
        await planner.HeardAsync(runId);
    }

    [Fact]
    public async Task It_is_in_the_list_and_can_be_looked_at()
    {
        using var response = await _door.SubmitAsync(new { goal = "Count the lines", workspace = Path.GetTempPath() });
        var runId = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run_id").GetGuid();

        var listed = (await _door.GetAsync("runs?state=queued&limit=500")).GetProperty("runs").EnumerateArray().Single(run => run.GetProperty("run_id").GetGuid() == runId);
        var shown = await _door.GetAsync($"runs/{runId}");

        listed.GetProperty("goal").GetString().ShouldBe("Count the lines");
        shown.GetProperty("state").GetString().ShouldBe("queued");
        shown.GetProperty("journal_length").GetInt64().ShouldBe(1);
    }
}
