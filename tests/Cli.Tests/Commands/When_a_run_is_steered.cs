namespace Agent.Cli.Tests.Commands;

public class When_a_run_is_steered
{
    static readonly string Run = FakeDoor.RunId.ToString();

    [Theory]
    [InlineData("retry survey", "POST /runs/{0}/steps/survey/retry")]
    [InlineData("judge survey --accept", "POST /runs/{0}/steps/survey/judge")]
    [InlineData("tell hurry", "POST /runs/{0}/messages")]
    [InlineData("priority 9", "POST /runs/{0}/priority")]
    [InlineData("fork --at 12", "POST /runs/{0}/fork")]
    public async Task The_door_is_asked(string command, string request)
    {
        await using var door = await FakeDoor.StartAsync();
        var words = command.Split(' ');

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), [words[0], Run, .. words[1..]]);

        run.ExitCode.ShouldBe(0, run.Error);
        door.Requests.ShouldContain(string.Format(request, Run));
    }

    [Fact]
    public async Task A_judgement_says_which()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "judge", Run, "survey");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("Say either --accept or --refuse.");
    }

    [Fact]
    public async Task A_plan_that_is_none_is_named_with_its_file()
    {
        await using var door = await FakeDoor.StartAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "{", TestContext.Current.CancellationToken);

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "fork", Run, "--plan", file);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain(file);
        File.Delete(file);
    }

    [Fact]
    public async Task A_replay_names_the_first_divergence_and_fails()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "replay", Run);

        run.ExitCode.ShouldBe(7);
        run.Output.ShouldContain("diverges at entry 5 (StepDispatched)");
        run.Output.ShouldContain("expected  StepDispatched b");
    }
}
