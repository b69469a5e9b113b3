namespace Agent.Cli.Tests.Commands;

public class When_everything_is_stopped
{
    [Fact]
    public async Task It_is_waited_for_that_every_instance_holds_still()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "stop-all", "--comment", "why not");

        run.ExitCode.ShouldBe(0, run.Error);
        door.Requests.ShouldBe(["POST /kill-switch/engage", "GET /kill-switch"]);
        run.Output.ShouldContain("ada engaged the kill switch at 1970-01-01 00:00:00Z: why not");
        run.Output.ShouldContain("Every instance holds still.");
        run.Output.ShouldContain("executor-service/1");
    }

    [Fact]
    public async Task It_can_be_lifted_and_asked_about()
    {
        await using var door = await FakeDoor.StartAsync();

        (await CommandRun.OfAsync(new GivenDoor(door.Url), "start-all")).ExitCode.ShouldBe(0);
        (await CommandRun.OfAsync(new GivenDoor(door.Url), "status")).ExitCode.ShouldBe(0);

        door.Requests.ShouldBe(["POST /kill-switch/lift", "GET /kill-switch"]);
    }
}
