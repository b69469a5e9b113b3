namespace Agent.Cli.Tests.Commands;

public class When_the_input_is_wrong
{
    static readonly Uri Nowhere = new("http://127.0.0.1:1");

    [Theory]
    [InlineData("The goal is empty", "run", "  ")]
    [InlineData("does not exist", "run", "Do it", "--workspace", "/no/such/directory")]
    [InlineData("is a file", "run", "Do it", "--workspace", "/etc/passwd")]
    [InlineData("Unrecognized", "runs", "lst")]
    [InlineData("argument", "run")]
    [InlineData("not JSON", "mcp", "invoke", "files", "read", "--payload", "{")]
    [InlineData("not a JSON object", "mcp", "invoke", "files", "read", "--payload", "[1]")]
    public async Task It_is_refused_in_one_message_before_anything_is_asked(string message, params string[] args)
    {
        var door = new GivenDoor(Nowhere);

        var run = await CommandRun.OfAsync(door, args);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain(message, Case.Insensitive);
        run.Error.ShouldNotContain("   at ");
        run.Output.ShouldBeEmpty();
        door.Opened.ShouldBe(0);
    }

    [Fact]
    public async Task A_suite_that_is_not_there_is_named_with_the_cure()
    {
        var run = await CommandRun.OfAsync(new GivenDoor(Nowhere), "runs", "list");

        run.ExitCode.ShouldBe(8);
        run.Error.ShouldContain("No suite answers at http://127.0.0.1:1");
        run.Error.ShouldContain("dotnet run --project AppHost");
    }

    [Fact]
    public async Task A_wrong_key_is_named()
    {
        await using var door = await FakeDoor.StartAsync(FakeDoor.View("running"));

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url, "wrong"), "runs", "list");

        run.ExitCode.ShouldBe(8);
        run.Error.ShouldContain("does not take the key from door.json");
    }
}
