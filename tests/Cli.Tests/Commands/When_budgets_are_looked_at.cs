namespace Agent.Cli.Tests.Commands;

public class When_budgets_are_looked_at
{
    static readonly string Run = FakeDoor.RunId.ToString();

    [Fact]
    public async Task Each_has_a_line()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "budgets");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldMatch(@"day +tokens +1200 +300 +40000000 +50000000");
        run.Output.ShouldMatch(@"workspace +cost_usd +0.25 +0 +– +– +/srv/site");
    }

    [Fact]
    public async Task A_raise_is_told_to_the_door()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "budgets", "raise", Run, "--unit", "tokens", "--by", "5000");

        run.ExitCode.ShouldBe(0, run.Error);
        door.Requests.ShouldContain($"POST /runs/{Run}/budget");
    }

    [Theory]
    [InlineData("--unit", "apples")]
    [InlineData("--unit", "tokens", "--by", "-5")]
    [InlineData("--by", "5")]
    public async Task A_raise_that_makes_no_sense_is_refused(params string[] options)
    {
        await using var door = await FakeDoor.StartAsync();

        (await CommandRun.OfAsync(new GivenDoor(door.Url), ["budgets", "raise", Run, .. options])).ExitCode.ShouldBe(2);
        door.Requests.ShouldBeEmpty();
    }
}
