namespace Agent.Cli.Tests.Commands;

public class When_a_plan_is_signed
{
    static readonly string Run = FakeDoor.RunId.ToString();

    [Fact]
    public async Task It_is_shown_with_its_steps_and_how_to_answer()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "runs", "plan", Run);

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("signed   not yet. Policy wants it.");
        run.Output.ShouldContain("deploy  Put it live");
        run.Error.ShouldContain($"agent runs approve-plan {Run} --version 2");
    }

    [Theory]
    [InlineData("approve-plan --version 2")]
    [InlineData("reject-plan --reason no")]
    public async Task The_door_is_told(string command)
    {
        await using var door = await FakeDoor.StartAsync();
        var words = command.Split(' ');

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), ["runs", words[0], Run, .. words[1..]]);

        run.ExitCode.ShouldBe(0, run.Error);
        door.Requests.ShouldContain($"POST /runs/{Run}/plan/sign");
    }

    [Fact]
    public async Task A_rejection_needs_a_reason()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "runs", "reject-plan", Run);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("--reason");
    }
}
