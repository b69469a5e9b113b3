namespace Agent.Cli.Tests.Commands;

public class When_webhooks_are_looked_after
{
    [Fact]
    public async Task The_secret_is_the_answer_to_adding_one()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "webhooks", "add", "ci", "https://ci.example.com/", "--events", "succeeded, failed");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.Trim().ShouldBe("whsec_1");
        door.Answer!.ToJsonString().ShouldBe("""{"name":"ci","url":"https://ci.example.com/","events":["succeeded","failed"],"only_named":false}""");
    }

    [Fact]
    public async Task Its_last_deliveries_are_shown_with_what_came_of_them()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "webhooks", "show", "ci");

        run.Output.ShouldContain("run.failed");
        run.Output.ShouldContain("given up after 8 tries: It answered 500.");
    }

    [Theory]
    [InlineData("list", "GET /webhooks")]
    [InlineData("remove ci", "DELETE /webhooks/ci")]
    [InlineData("test ci", "POST /webhooks/ci/test")]
    public async Task The_door_is_asked(string command, string request)
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), ["webhooks", .. command.Split(' ')]);

        run.ExitCode.ShouldBe(0, run.Error);
        door.Requests.ShouldContain(request);
    }
}
