using Agent.Contracts;
using Agent.Executor.Service.Steps;
using static Agent.Executor.Service.Tests.Steps.ScriptedModel;

namespace Agent.Executor.Service.Tests.Steps;

public class When_an_executor_dies
{
    [Fact]
    public async Task Between_intent_and_outcome_of_a_call_that_can_be_repeated_it_is_made_again_with_the_same_key()
    {
        await using var world = await StepWorld.StartAsync();
        world.Options.Lease = TimeSpan.FromSeconds(3);
        var first = await DiesWithinAsync(world, world.Pure);

        (await world.RunAsync(world.Executor(new ScriptedModel(Calls("count"), Answers("Done."))))).ShouldBeOfType<StepOutcome.Executed>();

        world.Pure.Keys.ShouldBe([first, first]);
        var events = await world.EventsAsync();
        events.OfType<ToolCallDecided>().Count().ShouldBe(1);
        events.OfType<ToolCallStarted>().Count().ShouldBe(2);
        events.OfType<ToolCallFinished>().Count().ShouldBe(1);
        events.OfType<ModelReplied>().Count().ShouldBe(2);
    }

    [Fact]
    public async Task Between_intent_and_outcome_of_any_other_call_a_person_decides()
    {
        await using var world = await StepWorld.StartAsync();
        world.Options.Lease = TimeSpan.FromSeconds(3);
        await DiesWithinAsync(world, world.Once);
        var model = new ScriptedModel(Calls("count_once"), Answers("Done."));

        (await world.RunAsync(world.Executor(model))).ShouldBe(new StepOutcome.Parked("work.1#1"));
        world.Once.Keys.Count.ShouldBe(1);
        (await world.EventsAsync()).OfType<ToolCallUnknown>().Single().CallId.ShouldBe("work.1#1");
        (await world.RunAsync(world.Executor(model))).ShouldBeOfType<StepOutcome.Ignored>();

        await world.AppendAsync(new ToolCallResolved("work.1#1", StepWorld.StepId, Happened: true, "tester"));
        (await world.RunAsync(world.Executor(model))).ShouldBeOfType<StepOutcome.Executed>();
        world.Once.Keys.Count.ShouldBe(1);
    }

    [Fact]
    public async Task And_a_person_says_it_did_not_happen_it_is_made_and_asked_about_anew_after_the_next_death()
    {
        await using var world = await StepWorld.StartAsync();
        world.Options.Lease = TimeSpan.FromSeconds(3);
        await DiesWithinAsync(world, world.Once);
        var model = new ScriptedModel(Calls("count_once"), Answers("Done."));
        await world.RunAsync(world.Executor(model));
        await world.AppendAsync(new ToolCallResolved("work.1#1", StepWorld.StepId, Happened: false, "tester"));

        await DiesWithinAsync(world, world.Once);
        (await world.RunAsync(world.Executor(model))).ShouldBeOfType<StepOutcome.Parked>();
        world.Once.Keys.Count.ShouldBe(2);
        (await world.EventsAsync()).OfType<ToolCallUnknown>().Count().ShouldBe(2);

        await world.AppendAsync(new ToolCallResolved("work.1#1", StepWorld.StepId, Happened: false, "tester"));
        (await world.RunAsync(world.Executor(model))).ShouldBeOfType<StepOutcome.Executed>();
        world.Once.Keys.Distinct().Count().ShouldBe(1);
        world.Once.Keys.Count.ShouldBe(3);
    }

    [Fact]
    public async Task After_the_outcome_nothing_is_repeated()
    {
        await using var world = await StepWorld.StartAsync();
        world.Options.Lease = TimeSpan.FromSeconds(3);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var dying = world.Executor(
            new ScriptedModel(Calls("count_once"), _ =>
            {
                asked.SetResult();
                throw new OperationCanceledException();
            }),
            out var parts);
        var dead = world.RunAsync(dying);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await parts.Connection.DisposeAsync();
        await Should.ThrowAsync<Exception>(dead);

        (await TakenOverAsync(world, new ScriptedModel(Calls("count_once"), Answers("Done.")))).ShouldBeOfType<StepOutcome.Executed>();

        world.Once.Keys.Count.ShouldBe(1);
        (await world.EventsAsync()).OfType<ToolCallStarted>().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Another_takes_over_and_what_the_first_still_writes_is_refused()
    {
        await using var world = await StepWorld.StartAsync();
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var acting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Once.Act = async _ =>
        {
            acting.TrySetResult();
            await go.Task;
        };
        var stale = world.RunAsync(world.Executor(new ScriptedModel(Calls("count_once"), Answers("Stale."))));
        await acting.Task.WaitAsync(TimeSpan.FromSeconds(30));

        var owner = (await world.StateAsync()).Step(StepWorld.StepId).Token + 100;
        await world.AppendAsync(new StepLeased(StepWorld.StepId, 1, "another", owner));
        go.SetResult();

        (await stale).ShouldBeOfType<StepOutcome.HandedBack>().Reason.ShouldContain("another");
        var events = await world.EventsAsync();
        events.OfType<ToolCallFinished>().ShouldBeEmpty();
        events.OfType<StepExecuted>().ShouldBeEmpty();
    }

    /// <summary>An executor that is gone while the tool acts: its intent stands in the journal, its outcome never comes.</summary>
    static async Task<string> DiesWithinAsync(StepWorld world, CountingTool tool)
    {
        var acting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        tool.Act = async cancellationToken =>
        {
            acting.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        var dying = world.Executor(new ScriptedModel(Calls(tool.Description.Name), Answers("Done.")), out var parts);
        _ = world.RunAsync(dying).ContinueWith(_ => { }, TaskScheduler.Default);
        await acting.Task.WaitAsync(TimeSpan.FromSeconds(30));

        // Its line is cut: nothing it does from here on reaches the store, as if it had been killed.
        await parts.Connection.DisposeAsync();
        tool.Act = _ => Task.CompletedTask;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await new Journal.Leases(world.Connection, TimeProvider.System).IsHeldAsync($"step:{world.RunId:N}:{StepWorld.StepId}", patience.Token))
        {
            await Task.Delay(20, patience.Token);
        }

        return tool.Keys[^1];
    }

    /// <summary>Runs the step as soon as its former owner's lease is over.</summary>
    static async Task<StepOutcome> TakenOverAsync(StepWorld world, ScriptedModel model)
    {
        var executor = world.Executor(model);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (await world.RunAsync(executor) is var outcome and not StepOutcome.Ignored)
            {
                return outcome;
            }

            await Task.Delay(50, patience.Token);
        }
    }
}
