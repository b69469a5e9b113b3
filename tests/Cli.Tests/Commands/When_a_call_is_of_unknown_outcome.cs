using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Agent.Cli.Tests.Commands;

public class When_a_call_is_of_unknown_outcome
{
    static readonly string Run = FakeDoor.RunId.ToString();

    [Theory]
    [InlineData("--happened", true)]
    [InlineData("--did-not", false)]
    public async Task A_person_says_whether_it_happened(string option, bool happened)
    {
        await using var door = await FakeDoor.StartAsync(FakeDoor.View("waiting_approval"));

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "steps", "resolve", Run, "push", option, "--comment", "I looked");

        run.ExitCode.ShouldBe(0, run.Error);
        door.Answer!["happened"]!.GetValue<bool>().ShouldBe(happened);
        door.Answer["comment"]!.GetValue<string>().ShouldBe("I looked");
    }

    [Theory]
    [InlineData("--happened", "--did-not")]
    [InlineData("--happened", "--check", "cat log")]
    [InlineData("--check", "cat log", "--check-tool", "read_file")]
    [InlineData("--happened", "--expect", "v7")]
    [InlineData("--check", "cat log", "--arguments", "{}")]
    [InlineData("--comment", "hm")]
    public async Task One_answer_is_given(params string[] options)
    {
        await using var door = await FakeDoor.StartAsync(FakeDoor.View("waiting_approval"));

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), ["steps", "resolve", Run, "push", .. options]);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("--");
    }

    [Fact]
    public async Task A_check_shows_what_it_found_and_says_that_a_person_decides()
    {
        await using var door = await FakeDoor.StartAsync(FakeDoor.View("waiting_approval"));
        door.Entries.Add(FakeDoor.Entry(21, "ToolCallChecked", Checked("allow", "released v7")));

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "steps", "resolve", Run, "push", "--check", "grep \"v 7\" 'release log'");

        run.ExitCode.ShouldBe(4, run.Error);
        run.Output.ShouldContain("released v7");
        run.Error.ShouldContain("--happened or --did-not");
        door.Answer!["check"]!.ToJsonString().ShouldBe("""{"tool":"run_command","arguments":{"argv":["grep","v 7","release log"]}}""");
    }

    [Fact]
    public async Task A_check_that_answers_says_what_follows()
    {
        await using var door = await FakeDoor.StartAsync(FakeDoor.View("waiting_approval"));
        door.Entries.Add(FakeDoor.Entry(21, "ToolCallChecked", Checked("allow", "released v7")));
        door.Entries.Add(FakeDoor.Entry(22, "ToolCallResolved", new JsonObject { ["call_id"] = "push.1#1", ["step_id"] = "push", ["happened"] = true, ["principal"] = "ada", ["check"] = 1 }));

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "steps", "resolve", Run, "push", "--check-tool", "read_file", "--arguments", """{"path":"log"}""", "--expect", "v7", "--json");

        run.ExitCode.ShouldBe(0, run.Error);
        var answer = JsonNode.Parse(run.Output)!;
        answer["happened"]!.GetValue<bool>().ShouldBeTrue();
        answer["check"]!["output"]!.GetValue<string>().ShouldBe("released v7");
        door.Answer!["check"]!["expect"]!.GetValue<string>().ShouldBe("v7");
    }

    [Fact]
    public async Task A_check_that_policy_does_not_allow_is_no_success()
    {
        await using var door = await FakeDoor.StartAsync(FakeDoor.View("waiting_approval"));
        door.Entries.Add(FakeDoor.Entry(21, "ToolCallChecked", Checked("deny", "error: denied")));

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "steps", "resolve", Run, "push", "--check", "rm log");

        run.ExitCode.ShouldBe(3);
        run.Error.ShouldContain("The check was not made: why");
    }

    [Fact]
    public async Task Which_of_several_is_asked_for()
    {
        await using var door = await FakeDoor.StartAsync(FakeDoor.View("waiting_approval"));
        door.Problem = Results.Problem("Step push has 2 calls of unknown outcome: push.1#1, push.2#1. Say which.", statusCode: 409, extensions: new Dictionary<string, object?> { ["code"] = "several_unknown_calls" });

        var run = await CommandRun.OfAsync(new GivenDoor(door.Url), "steps", "resolve", Run, "push", "--happened");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("push.1#1, push.2#1");
    }

    static JsonObject Checked(string decision, string output) => new()
    {
        ["call_id"] = "push.1#1",
        ["step_id"] = "push",
        ["attempt"] = 1,
        ["check"] = 1,
        ["tool"] = "run_command",
        ["decision"] = decision,
        ["reason"] = "why",
        ["outcome"] = decision == "allow" ? "ok" : "denied",
        ["output"] = output,
    };
}
