namespace Agent.Cli.Tests.Commands;

public class When_runs_are_looked_at
{
    [Fact]
    public async Task List_shows_a_line_a_run()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "runs", "list");

        var lines = run.Output.Trim().Split(Environment.NewLine);
        lines.Length.ShouldBe(2);
        lines[1].ShouldContain($"{FakeDoor.RunId}  running  1/3");
    }

    [Fact]
    public async Task Show_has_state_steps_and_report()
    {
        await using var door = await FakeDoor.StartAsync(FakeDoor.View("succeeded", "done", "# The report", "accepted"));

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "runs", "show", FakeDoor.RunId.ToString());

        run.Output.ShouldContain("succeeded (done)");
        run.Output.ShouldContain("s1");
        run.Output.ShouldContain("# The report");
    }

    [Fact]
    public async Task Show_events_has_a_line_an_entry()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "runs", "show", FakeDoor.RunId.ToString(), "--events");

        run.Output.ShouldContain("   1  00:00:00.123  RunSubmitted");
        run.Output.ShouldContain("goal=Count the lines");
    }

    [Fact]
    public async Task A_broken_chain_is_told_and_fails()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "audit", "verify", FakeDoor.RunId.ToString());

        run.ExitCode.ShouldBe(7);
        run.Output.ShouldContain("broken at entry 4: the hash differs");
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("cancel")]
    public async Task An_operator_verb_reaches_the_door(string verb)
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), verb, FakeDoor.RunId.ToString());

        run.ExitCode.ShouldBe(0);
        door.Requests.ShouldBe([$"POST /runs/{FakeDoor.RunId}/{verb}"]);
    }
}
