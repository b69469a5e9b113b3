namespace Agent.Cli.Tests.Commands;

public class When_queues_are_looked_after
{
    [Fact]
    public async Task The_list_is_a_table()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "bus", "queues");

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("execute-step");
        run.Output.ShouldContain("2.5 s");
    }

    [Fact]
    public async Task A_dry_run_says_what_would_go_back()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "bus", "requeue", "execute-step", "--fault", "timed out", "--dry-run");

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("3 messages of execute-step_error would go back to execute-step.");
    }
}
