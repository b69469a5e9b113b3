namespace Agent.Cli.Tests.Commands;

public class When_goals_are_automated
{
    [Theory]
    [InlineData("schedules add nightly test --cron=30", "POST /schedules")]
    [InlineData("schedules list", "GET /schedules")]
    [InlineData("schedules show nightly", "GET /schedules/nightly")]
    [InlineData("schedules pause nightly", "POST /schedules/nightly/pause")]
    [InlineData("schedules resume nightly", "POST /schedules/nightly/resume")]
    [InlineData("schedules remove nightly", "DELETE /schedules/nightly")]
    [InlineData("templates list", "GET /templates")]
    [InlineData("templates remove count", "DELETE /templates/count")]
    [InlineData("templates run count --param what=files --detach", "POST /templates/count/run")]
    public async Task The_door_is_asked(string command, string request)
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), command.Split(' '));

        run.ExitCode.ShouldBe(0, run.Error);
        door.Requests.ShouldContain(request);
    }

    [Theory]
    [InlineData("schedules add nightly test --cron=30 --webhook audit")]
    [InlineData("templates run count --detach --webhook audit")]
    public async Task A_webhook_is_named(string command)
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), command.Split(' '));

        run.ExitCode.ShouldBe(0, run.Error);
        door.Answer!["webhook"]!.GetValue<string>().ShouldBe("audit");
    }

    [Fact]
    public async Task A_schedule_is_shown_with_its_next_times_and_what_became_of_the_last()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "schedules", "show", "nightly");

        run.Output.ShouldContain("next       2026-01-02 02:30:00Z");
        run.Output.ShouldContain("came       2026-01-01 02:30:00Z  no run: it was missed");
    }

    [Theory]
    [InlineData("templates run count --param what", "--param what is not NAME=VALUE.")]
    [InlineData("templates run count --param a=1 --param a=2", "--param a is given twice.")]
    [InlineData("templates add /no/such/file", "/no/such/file holds no template")]
    [InlineData("schedules add nightly test --cron=30 --overlap=never", "never")]
    public async Task What_is_wrong_is_named(string command, string says)
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), command.Split(' '));

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain(says);
    }
}
