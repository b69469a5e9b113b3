using Agent.Contracts;
using Agent.Executor.Service.Steps;
using Agent.Journal.Stops;
using static Agent.Executor.Service.Tests.Steps.ScriptedModel;

namespace Agent.Executor.Service.Tests.Steps;

public class When_an_operator_intervenes
{
    [Fact]
    public async Task A_cancelled_run_has_its_running_call_ended_and_its_outcome_told()
    {
        await using var world = await StepWorld.StartAsync();
        var (running, acting) = Block(world, world.Once, out _);
        await acting;

        await world.AppendAsync(new RunCancelRequested("tester"));
        (await running).ShouldBeOfType<StepOutcome.HandedBack>();

        (await world.EventsAsync()).OfType<ToolCallFinished>().Single().Outcome.ShouldBe(ToolCallOutcome.Cancelled);
    }

    [Fact]
    public async Task The_kill_switch_ends_the_running_call_and_nothing_is_begun_until_it_is_lifted()
    {
        await using var world = await StepWorld.StartAsync();
        world.Options.WatchInterval = TimeSpan.FromMinutes(1);
        var engaged = new KillSwitchState(true, 1, "tester", null, DateTimeOffset.UnixEpoch);
        var (running, acting) = Block(world, world.Once, out _);
        await acting;
        world.Stop.InFlight.ShouldBe(1);

        world.Stop.Show(engaged);
        (await running).ShouldBeOfType<StepOutcome.HandedBack>().Reason.ShouldBe("the kill switch was engaged");
        (await world.RunAsync(world.Executor(new ScriptedModel(Calls("count_once"), Answers("Done."))))).ShouldBeOfType<StepOutcome.Ignored>();
        world.Stop.InFlight.ShouldBe(0);
        world.Stop.Show(engaged with { IsEngaged = false });
        (await world.RunAsync(world.Executor(new ScriptedModel(Calls("count_once"), Answers("Done."))))).ShouldBeOfType<StepOutcome.Executed>();

        (await world.EventsAsync()).OfType<ToolCallFinished>().Single().Outcome.ShouldBe(ToolCallOutcome.Cancelled);
    }

    [Fact]
    public async Task A_message_about_it_is_heeded_at_once()
    {
        await using var world = await StepWorld.StartAsync();
        world.Options.WatchInterval = TimeSpan.FromMinutes(1);
        var (running, acting) = Block(world, world.Once, out var parts);
        await acting;

        await world.AppendAsync(new RunCancelRequested("tester"));
        parts.Watch.Hint(world.RunId);

        (await running.WaitAsync(TimeSpan.FromSeconds(60))).ShouldBeOfType<StepOutcome.HandedBack>();
    }

    [Fact]
    public async Task A_paused_run_lets_an_effect_finish_begins_nothing_more_and_goes_on_when_resumed()
    {
        await using var world = await StepWorld.StartAsync();
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var acting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Once.Act = async _ =>
        {
            acting.TrySetResult();
            await go.Task;
        };
        var model = new ScriptedModel(Calls("count_once", times: 2), Answers("Done."));
        var running = world.RunAsync(world.Executor(model));
        await acting.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await world.AppendAsync(new RunPaused("tester"));
        go.SetResult();
        (await running).ShouldBeOfType<StepOutcome.HandedBack>();
        (await world.EventsAsync()).OfType<ToolCallFinished>().Single().Outcome.ShouldBe(ToolCallOutcome.Ok);
        (await world.RunAsync(world.Executor(model))).ShouldBeOfType<StepOutcome.Ignored>();

        await world.AppendAsync(new RunResumed("tester"));
        (await world.RunAsync(world.Executor(model))).ShouldBeOfType<StepOutcome.Executed>();
        world.Once.Keys.Distinct().Count().ShouldBe(2);
        world.Once.Keys.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_stopping_executor_hands_its_step_back_and_another_goes_on()
    {
        await using var world = await StepWorld.StartAsync();
        using var stopping = new CancellationTokenSource();
        var acting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Pure.Act = async cancellationToken =>
        {
            acting.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        var model = new ScriptedModel(Calls("count"), Answers("Done."));
        var running = world.Executor(model).RunAsync(new ExecuteStep(world.RunId, StepWorld.StepId, 1), _ => Task.CompletedTask, stopping.Token);
        await acting.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await stopping.CancelAsync();
        (await running.WaitAsync(TimeSpan.FromSeconds(60))).ShouldBeOfType<StepOutcome.HandedBack>();
        world.Pure.Act = _ => Task.CompletedTask;

        (await world.RunAsync(world.Executor(model))).ShouldBeOfType<StepOutcome.Executed>();
    }

    static (Task<StepOutcome> Running, Task Acting) Block(StepWorld world, CountingTool tool, out StepWorld.Parts parts)
    {
        var acting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        tool.Act = async cancellationToken =>
        {
            acting.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        };
        var running = world.RunAsync(world.Executor(new ScriptedModel(Calls(tool.Description.Name), Answers("Done.")), out parts));
        return (running, acting.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }
}
