namespace Agent.Cli.Tests.Commands;

public class When_changes_are_promoted
{
    static readonly string Run = FakeDoor.RunId.ToString();

    [Fact]
    public async Task They_are_shown_with_their_checks_and_how_to_answer()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "runs", "changes", Run);

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("changes  1 added, 0 changed, 1 removed");
        run.Output.ShouldContain("added    a.txt  +2 -0");
        run.Output.ShouldContain("removed  b.bin  binary, 7 bytes");
        run.Output.ShouldContain("check    dotnet test: passed, exit code 0");
        run.Error.ShouldContain($"agent runs promote {Run} --digest d1f5");
    }

    [Fact]
    public async Task The_diff_is_the_answer()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "runs", "changes", Run, "--diff");

        run.Output.ShouldContain("+++ b/a.txt");
    }

    [Fact]
    public async Task Json_is_what_the_door_says()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "runs", "changes", Run, "--json");

        System.Text.Json.JsonDocument.Parse(run.Output).RootElement.GetProperty("digest").GetString().ShouldBe("d1f5");
    }

    [Theory]
    [InlineData("promote", "promote")]
    [InlineData("promote --digest d1f5 --comment good", "promote")]
    [InlineData("reject-changes --reason no", "reject")]
    public async Task The_door_is_told(string command, string verb)
    {
        await using var door = await FakeDoor.StartAsync();
        var words = command.Split(' ');

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), ["runs", words[0], Run, .. words[1..]]);

        run.ExitCode.ShouldBe(0, run.Error);
        door.Requests.ShouldContain($"POST /runs/{Run}/changes/{verb}");
    }

    [Fact]
    public async Task A_rejection_needs_a_reason()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "runs", "reject-changes", Run);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("--reason");
    }
}
