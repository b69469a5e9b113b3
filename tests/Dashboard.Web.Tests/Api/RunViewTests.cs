using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Api.Runs;
using Agent.Dashboard.Web.Tests.Harness;
using Agent.Dashboard.Web.Tests.Samples;

namespace Agent.Dashboard.Web.Tests.Api;

public class RunViewTests(SharedDoor shared)
{
    readonly DoorHarness _door = shared.Door;

    [Fact]
    public async Task A_run_that_ended_shows_all_it_promises()
    {
        var runId = await _door.AppendAsync(SampleRuns.Succeeded());

        var run = await _door.GetAsync($"runs/{runId}");

        run.EnumerateObject().Select(member => member.Name).ShouldBe(
            ["run_id", "goal", "workspace", "principal", "state", "stop_reason", "report", "steps", "plan_version", "plan_summary", "tool_calls", "tokens", "input_tokens", "output_tokens", "model", "duration_ms", "journal_head", "journal_length", "submitted_at", "updated_at", "priority", "usage"]);
        run.GetProperty("state").GetString().ShouldBe("succeeded");
        run.GetProperty("stop_reason").GetString().ShouldBe("done");
        run.GetProperty("tool_calls").GetInt32().ShouldBe(5);
        run.GetProperty("tokens").GetInt64().ShouldBe(run.GetProperty("input_tokens").GetInt64() + run.GetProperty("output_tokens").GetInt64());
        run.GetProperty("journal_head").GetString()!.Length.ShouldBe(64);
        var step = run.GetProperty("steps")[1];
        step.GetProperty("id").GetString().ShouldBe("languages");
        step.GetProperty("state").GetString().ShouldBe("accepted");
        step.GetProperty("attempts").GetInt32().ShouldBe(1);
        step.GetProperty("depends_on")[0].GetString().ShouldBe("survey");
    }

    [Fact]
    public async Task A_run_that_failed_says_why_for_people_and_programs()
    {
        var runId = await _door.AppendAsync(SampleRuns.Failed());

        var run = await _door.GetAsync($"runs/{runId}");

        run.GetProperty("state").GetString().ShouldBe("failed");
        run.GetProperty("stop_reason").GetString().ShouldBe("policy");
        run.GetProperty("detail").GetString()!.ShouldContain("workspace-only");
        var step = run.GetProperty("steps")[1];
        step.GetProperty("failure_code").GetString().ShouldBe("policy");
        step.GetProperty("failure").GetString()!.ShouldContain("policy denies");
    }

    [Theory]
    [InlineData("waiting_approval", "approval")]
    [InlineData("waiting_capacity", "capacity")]
    [InlineData("paused", "operator")]
    [InlineData("running", null)]
    public async Task A_run_that_waits_says_for_what(string state, string? waitsFor)
    {
        var runId = await _door.AppendAsync(state switch
        {
            "waiting_approval" => SampleRuns.WaitingForApproval(TimeProvider.System.GetUtcNow().AddHours(1)),
            "waiting_capacity" => [.. SampleRuns.Running(), new RunWaiting("capacity", "The model server answers 429.")],
            "paused" => [.. SampleRuns.Running(), new RunPaused("local")],
            _ => SampleRuns.Running(),
        });

        var run = await _door.GetAsync($"runs/{runId}");

        run.GetProperty("state").GetString().ShouldBe(state);
        (run.TryGetProperty("waiting_for", out var waiting) ? waiting.GetString() : null).ShouldBe(waitsFor);
    }

    [Fact]
    public async Task A_fork_names_the_run_it_comes_from()
    {
        var runId = await _door.AppendAsync(SampleRuns.Failed());

        using var response = await _door.Client.PostAsync(new Uri($"runs/{runId}/fork", UriKind.Relative), System.Net.Http.Json.JsonContent.Create(new { sequence = 5 }));

        var forkId = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("run_id").GetGuid();
        (await _door.GetAsync($"runs/{forkId}")).GetProperty("forked_from").GetGuid().ShouldBe(runId);
    }

    [Fact]
    public async Task The_clock_of_a_run_that_ended_stands_still()
    {
        var runId = await _door.AppendAsync(SampleRuns.Succeeded());
        var run = (await _door.Journal.LoadAsync(runId))!;

        var soon = RunView.Of(run, run.UpdatedAt.AddSeconds(1));
        var late = RunView.Of(run, run.UpdatedAt.AddDays(1));

        late.DurationMs.ShouldBe(soon.DurationMs);
    }

    [Fact]
    public async Task Checkpoints_are_the_places_where_work_is_whole()
    {
        var runId = await _door.AppendAsync(SampleRuns.Succeeded());

        var checkpoints = (await _door.GetAsync($"checkpoints/{runId}")).GetProperty("checkpoints").EnumerateArray().ToList();

        checkpoints.Select(checkpoint => checkpoint.GetProperty("after").GetString()).Distinct()
            .ShouldBe(["RunSubmitted", "PlanAccepted", "ToolCallFinished", "StepExecuted", "StepReviewed", "RunReviewed", "RunEnded"]);
        checkpoints.ShouldAllBe(checkpoint => checkpoint.GetProperty("hash").GetString()!.Length == 64);
    }

    [Fact]
    public async Task Logs_are_one_object_a_line()
    {
        var runId = await _door.AppendAsync([new RunSubmitted("Describe it", "/tmp", "local", null, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), new RunPaused("local", "lunch")]);

        var text = await _door.Client.GetStringAsync(new Uri($"logs/{runId}", UriKind.Relative));

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        lines.Count.ShouldBe(2);
        lines[1].GetProperty("event_type").GetString().ShouldBe("RunPaused");
        lines[1].GetProperty("message").GetString().ShouldBe("Paused by local – lunch");
        lines[1].GetProperty("trace_id").GetString().ShouldBe("0af7651916cd43dd8448eb211c80319c");
        lines[1].GetProperty("metadata").GetProperty("sequence").GetInt64().ShouldBe(2);
    }

    [Fact]
    public async Task The_document_of_the_API_names_its_routes_in_the_names_it_answers_with()
    {
        var document = await _door.GetAsync("openapi/v1.json");

        var paths = document.GetProperty("paths").EnumerateObject().Select(path => path.Name).ToList();
        paths.ShouldContain("/runs/{runId}/events");
        paths.ShouldContain("/policies/reload");
        paths.ShouldNotContain(path => path.StartsWith("/console", StringComparison.Ordinal));
        document.GetProperty("components").GetProperty("schemas").GetProperty("RunView").GetProperty("properties").TryGetProperty("stop_reason", out _).ShouldBeTrue();
    }
}
