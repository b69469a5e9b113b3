using Agent.Contracts;
using Agent.Executor.Service.Steps;
using Agent.Executor.Service.Tools;
using static Agent.Executor.Service.Tests.Steps.ScriptedModel;

namespace Agent.Executor.Service.Tests.Steps;

/// <summary>A tool that works elsewhere was asked, and what became of it is not known.</summary>
public class When_no_answer_comes
{
    [Fact]
    public async Task From_a_tool_that_may_not_act_twice_a_person_decides()
    {
        await using var world = await StepWorld.StartAsync();
        world.Once.Act = _ => throw new ToolUncertainException("The line broke.");
        var executor = world.Executor(new ScriptedModel(Calls("count_once"), Answers("Done.")));

        (await world.RunAsync(executor)).ShouldBe(new StepOutcome.Parked("work.1#1"));
        (await world.SeesAsync<ToolCallUnknown>()).Reason.ShouldStartWith("The line broke.");
        (await world.EventsAsync()).OfType<ToolCallFinished>().ShouldBeEmpty();

        await world.AppendAsync(new ToolCallResolved("work.1#1", StepWorld.StepId, Happened: true, "tester"));
        (await world.RunAsync(executor)).ShouldBeOfType<StepOutcome.Executed>();
        world.Once.Keys.Count.ShouldBe(1);
    }

    [Fact]
    public async Task And_a_person_says_it_did_not_happen_it_is_made_with_the_same_key()
    {
        await using var world = await StepWorld.StartAsync();
        world.Once.Act = _ => throw new ToolUncertainException("The line broke.");
        var executor = world.Executor(new ScriptedModel(Calls("count_once"), Answers("Done.")));
        await world.RunAsync(executor);

        world.Once.Act = _ => Task.CompletedTask;
        await world.AppendAsync(new ToolCallResolved("work.1#1", StepWorld.StepId, Happened: false, "tester"));
        (await world.RunAsync(executor)).ShouldBeOfType<StepOutcome.Executed>();

        world.Once.Keys.Count.ShouldBe(2);
        world.Once.Keys.Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task In_time_from_a_tool_elsewhere_its_outcome_is_unknown()
    {
        await using var world = await StepWorld.StartAsync();
        world.Options.ToolTimeout = TimeSpan.FromSeconds(1);
        world.Once.ActsElsewhere = true;
        world.Once.Act = cancellationToken => Task.Delay(Timeout.Infinite, cancellationToken);

        (await world.RunAsync(world.Executor(new ScriptedModel(Calls("count_once"))))).ShouldBe(new StepOutcome.Parked("work.1#1"));

        (await world.SeesAsync<ToolCallUnknown>()).Reason.ShouldStartWith("No answer came in time.");
    }

    [Fact]
    public async Task From_a_tool_that_can_be_repeated_the_model_is_told()
    {
        await using var world = await StepWorld.StartAsync();
        world.Pure.Act = _ => throw new ToolUncertainException("The line broke.");

        (await world.RunAsync(world.Executor(new ScriptedModel(Calls("count"), Answers("Done."))))).ShouldBeOfType<StepOutcome.Executed>();

        (await world.SeesAsync<ToolCallFinished>()).Outcome.ShouldBe(ToolCallOutcome.Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task And_the_tool_is_not_here_when_it_is_looked_at_again_what_may_have_happened_is_not_called_denied(bool isAnswered)
    {
        await using var world = await StepWorld.StartAsync();
        world.MoreTools = [new CountingTool("count_elsewhere", EffectClass.Irreversible) { Act = _ => throw new ToolUncertainException("The line broke.") }];
        await world.RunAsync(world.Executor(new ScriptedModel(Calls("count_elsewhere"))));
        world.MoreTools = [];
        if (isAnswered)
        {
            await world.AppendAsync(new ToolCallResolved("work.1#1", StepWorld.StepId, Happened: true, "tester"));
        }

        var outcome = await world.RunAsync(world.Executor(new ScriptedModel(Calls("count_elsewhere"), Answers("Done."))));

        var finished = (await world.EventsAsync()).OfType<ToolCallFinished>().ToList();
        if (isAnswered)
        {
            outcome.ShouldBeOfType<StepOutcome.Executed>();
            finished.ShouldHaveSingleItem().Outcome.ShouldBe(ToolCallOutcome.Ok);
        }
        else
        {
            finished.ShouldBeEmpty();
        }
    }
}
