namespace Agent.Cli.Tests.Commands;

public class When_calls_wait_for_a_person
{
    const string Call = "push.1#1";

    static readonly string Run = FakeDoor.RunId.ToString();

    [Fact]
    public async Task They_are_listed()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "approvals", "list");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain("push.1#1  pending  run_command");
    }

    [Fact]
    public async Task One_is_shown_with_all_that_an_answer_rests_on()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "approvals", "show", Run, Call);

        run.Output.ShouldContain("2 different people, not the submitter");
        run.Output.ShouldContain("approved   by grace");
        run.Output.ShouldContain("bundle: b1 → b2");
    }

    [Fact]
    public async Task An_approval_carries_the_digest_of_what_was_shown()
    {
        await using var door = await FakeDoor.StartAsync();

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "approvals", "approve", Run, Call, "--comment", "looked at it");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Error.ShouldContain("git-push-asks");
        door.Answer!.ToJsonString().ShouldBe("""{"approve":true,"comment":"looked at it","digest":"d1g35t"}""");
    }

    [Fact]
    public async Task Other_arguments_come_from_a_file()
    {
        await using var door = await FakeDoor.StartAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """{"argv":["git","status"]}""", TestContext.Current.CancellationToken);

        await CommandRun.OfAsync(new GivenDoor(door.Url), "approvals", "approve", Run, Call, "--arguments", file);
        await File.WriteAllTextAsync(file, "[]", TestContext.Current.CancellationToken);
        var wrong = await CommandRun.OfAsync(new GivenDoor(door.Url), "approvals", "approve", Run, Call, "--arguments", file);

        door.Answer!["arguments"]!.ToJsonString().ShouldBe("""{"argv":["git","status"]}""");
        wrong.ExitCode.ShouldBe(2);
        wrong.Error.ShouldContain(file);
        File.Delete(file);
    }

    [Fact]
    public async Task A_denial_says_why()
    {
        await using var door = await FakeDoor.StartAsync();

        await CommandRun.OfAsync(new GivenDoor(door.Url), "approvals", "deny", Run, Call, "--comment", "not today");

        door.Answer!.ToJsonString().ShouldBe("""{"approve":false,"comment":"not today"}""");
    }

    [Fact]
    public async Task A_standing_approval_says_for_which_arguments()
    {
        await using var door = await FakeDoor.StartAsync();

        var vague = await CommandRun.OfAsync(new GivenDoor(door.Url), "approvals", "standing", "grant", "--like", Run, Call);
        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "approvals", "standing", "grant", "--like", Run, Call, "--argument", "argv=*push*", "--hours", "2");

        vague.ExitCode.ShouldBe(2);
        vague.Error.ShouldContain("--any-arguments");
        run.Output.Trim().ShouldBe("st-1");
        door.Answer!["arguments"]!.ToJsonString().ShouldBe("""{"argv":"*push*"}""");
        door.Answer["call_id"]!.GetValue<string>().ShouldBe(Call);
    }

    [Fact]
    public async Task A_key_is_the_answer_and_nothing_else_is()
    {
        await using var door = await FakeDoor.StartAsync();

        var added = await CommandRun.OfAsync(new GivenDoor(door.Url), "keys", "add", "bob", "--role", "approver");
        var revoked = await CommandRun.OfAsync(new GivenDoor(door.Url), "keys", "revoke", "bob");

        added.Output.ShouldBe("agent_secret" + Environment.NewLine);
        revoked.ExitCode.ShouldBe(0, revoked.Error);
    }
}
