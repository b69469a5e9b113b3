using Agent.Contracts;
using Agent.Executor.Service.Steps;
using static Agent.Executor.Service.Tests.Steps.ScriptedModel;

namespace Agent.Executor.Service.Tests.Steps;

public class When_an_unknown_call_is_checked
{
    static readonly ScriptedModel Model = new(Calls("count_once"), Answers("Done."));

    [Fact]
    public async Task What_it_shows_is_kept_and_a_person_still_decides()
    {
        await using var world = await UnknownAsync();
        File.WriteAllText(Path.Combine(world.Bench.Root, "log.txt"), "released v7\n");
        await world.AppendAsync(Wanted("read_file", """{"path":"log.txt"}"""));

        (await world.RunAsync(world.Executor(Model))).ShouldBe(new StepOutcome.Parked("work.1#1"));

        var made = (await world.EventsAsync()).OfType<ToolCallChecked>().Single();
        (made.Check, made.Decision, made.Outcome, made.Output).ShouldBe((1, CallDecision.Allow, ToolCallOutcome.Ok, "released v7\n"));
        made.Rule.ShouldBe("read-workspace");
        world.Once.Keys.Count.ShouldBe(1);
        var state = await world.StateAsync();
        state.Calls["work.1#1"].IsUnresolved.ShouldBeTrue();
        state.Calls["work.1#1"].OpenCheck.ShouldBeNull();

        await world.AppendAsync(new ToolCallResolved("work.1#1", StepWorld.StepId, Happened: true, "grace"));
        (await world.RunAsync(world.Executor(Model))).ShouldBeOfType<StepOutcome.Executed>();
        world.Once.Keys.Count.ShouldBe(1);
    }

    [Fact]
    public async Task And_shows_what_was_said_it_would_the_call_is_not_made_again()
    {
        await using var world = await UnknownAsync();
        File.WriteAllText(Path.Combine(world.Bench.Root, "log.txt"), "released v7\n");
        await world.AppendAsync(Wanted("read_file", """{"path":"log.txt"}""", "released v7"));

        (await world.RunAsync(world.Executor(Model))).ShouldBeOfType<StepOutcome.Executed>();

        var answer = (await world.EventsAsync()).OfType<ToolCallResolved>().Single();
        (answer.Happened, answer.Principal, answer.Check).ShouldBe((true, "grace", 1));
        world.Once.Keys.Count.ShouldBe(1);
    }

    [Fact]
    public async Task And_does_not_show_it_the_call_is_made_with_the_same_key()
    {
        await using var world = await UnknownAsync();
        File.WriteAllText(Path.Combine(world.Bench.Root, "log.txt"), "released v6\n");
        await world.AppendAsync(Wanted("read_file", """{"path":"log.txt"}""", "released v7"));

        (await world.RunAsync(world.Executor(Model))).ShouldBeOfType<StepOutcome.Executed>();

        (await world.EventsAsync()).OfType<ToolCallResolved>().Single().Happened.ShouldBeFalse();
        world.Once.Keys.Count.ShouldBe(2);
        world.Once.Keys.Distinct().ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("read_file", """{"path":"missing.txt"}""", CallDecision.Allow, ToolCallOutcome.Error)]
    [InlineData("count_once", "{}", CallDecision.Deny, ToolCallOutcome.Denied)]
    [InlineData("count_looked", "{}", CallDecision.Ask, ToolCallOutcome.Denied)]
    [InlineData("count_nowhere", "{}", CallDecision.Deny, ToolCallOutcome.Denied)]
    [InlineData("read_file", """{"file":"log.txt"}""", CallDecision.Deny, ToolCallOutcome.Denied)]
    [InlineData("read_file", """{"path":"../../etc/passwd"}""", CallDecision.Deny, ToolCallOutcome.Denied)]
    public async Task By_something_that_can_not_say_it_nothing_is_decided_or_made(string tool, string arguments, CallDecision decision, ToolCallOutcome outcome)
    {
        await using var world = await UnknownAsync();
        await world.AppendAsync(Wanted(tool, arguments, "anything"));

        (await world.RunAsync(world.Executor(Model))).ShouldBe(new StepOutcome.Parked("work.1#1"));

        var made = (await world.EventsAsync()).OfType<ToolCallChecked>().Single();
        (made.Decision, made.Outcome).ShouldBe((decision, outcome), made.Output);
        (await world.EventsAsync()).OfType<ToolCallResolved>().ShouldBeEmpty();
        world.Once.Keys.Count.ShouldBe(1);
        (await world.RunAsync(world.Executor(Model))).ShouldBeOfType<StepOutcome.Ignored>();
    }

    static ToolCallCheckRequested Wanted(string tool, string arguments, string? expect = null) =>
        new("work.1#1", StepWorld.StepId, 1, tool, System.Text.Json.JsonElement.Parse(arguments), "grace", expect, "let us look");

    /// <summary>A step whose one call was begun by an executor that is gone.</summary>
    static async Task<StepWorld> UnknownAsync()
    {
        var world = await StepWorld.StartAsync();
        world.MoreTools = [new CountingTool("count_looked", EffectClass.Pure)];
        var reply = new ScriptedModel(Calls("count_once"));
        world.Once.Act = _ => throw new Agent.Executor.Service.Tools.ToolUncertainException("The line was cut.");
        (await world.RunAsync(world.Executor(reply))).ShouldBe(new StepOutcome.Parked("work.1#1"));
        world.Once.Act = _ => Task.CompletedTask;
        return world;
    }
}
