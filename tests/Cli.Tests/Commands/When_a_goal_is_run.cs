using System.Text.Json;

namespace Agent.Cli.Tests.Commands;

public class When_a_goal_is_run
{
    [Fact]
    public async Task The_report_alone_is_on_stdout_and_progress_on_stderr()
    {
        await using var door = await FakeDoor.StartAsync(
            FakeDoor.View("planning"), FakeDoor.View("running", null, null, "running", "pending"), FakeDoor.View("succeeded", "done", "# The report", "accepted", "accepted"));

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "run", "Describe this repository");

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldBe("# The report" + Environment.NewLine);
        run.Error.ShouldContain("plan 1: 2 steps");
        run.Error.ShouldContain("s1");
        run.Error.ShouldContain("running");
        run.Error.ShouldContain("succeeded");
    }

    [Fact]
    public async Task Json_is_one_object_of_the_written_shape()
    {
        await using var door = await FakeDoor.StartAsync(FakeDoor.View("succeeded", "done", "# The report", "accepted"));

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "run", "Describe this repository", "--json");

        var result = JsonDocument.Parse(run.Output).RootElement;
        result.EnumerateObject().Select(property => property.Name).ShouldBe(
            ["run_id", "state", "stop_reason", "report", "steps", "plan_version", "tool_calls", "tokens", "duration_ms", "journal_head"]);
        result.GetProperty("run_id").GetString().ShouldBe(FakeDoor.RunId.ToString());
        result.GetProperty("state").GetString().ShouldBe("succeeded");
        result.GetProperty("stop_reason").GetString().ShouldBe("done");
        result.GetProperty("tokens").GetInt64().ShouldBe(120);
        var step = result.GetProperty("steps")[0];
        step.EnumerateObject().Select(property => property.Name).ShouldBe(["id", "title", "state", "attempts"]);
    }

    [Theory]
    [InlineData("succeeded", "done", 0)]
    [InlineData("failed", "invalid_goal", 2)]
    [InlineData("stopped", "policy", 3)]
    [InlineData("waiting_approval", null, 4)]
    [InlineData("stopped", "budget", 5)]
    [InlineData("cancelled", "operator", 6)]
    [InlineData("stopped", "kill_switch", 6)]
    [InlineData("failed", "review_failed", 7)]
    [InlineData("failed", "infrastructure", 8)]
    public async Task The_exit_code_says_how_it_ended(string state, string? reason, int code)
    {
        await using var door = await FakeDoor.StartAsync(FakeDoor.View(state, reason, "partial"));

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "run", "Do it");

        run.ExitCode.ShouldBe(code);
        run.Output.ShouldBe("partial" + Environment.NewLine);
    }

    [Fact]
    public async Task A_store_that_is_away_for_a_while_is_waited_for()
    {
        await using var door = await FakeDoor.StartAsync(FakeDoor.View("succeeded", "done", "# The report"));
        door.Away = 2;

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "run", "Do it");

        run.ExitCode.ShouldBe(0);
        run.Error.ShouldContain("The store is away. Still trying.");
    }

    [Fact]
    public async Task Detached_it_prints_the_id_and_leaves()
    {
        await using var door = await FakeDoor.StartAsync(FakeDoor.View("queued"));

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "run", "Do it", "--detach");

        run.ExitCode.ShouldBe(0);
        run.Output.Trim().ShouldBe(FakeDoor.RunId.ToString());
    }
}
