using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Planner.Service.Tests.Flows;

public sealed class When_an_operator_steps_in
{
    [Fact]
    public async Task A_paused_run_starts_nothing_until_it_is_resumed()
    {
        await using var world = await PlannerWorld.StartAsync();
        world.Model.Answers(ScriptedPlanner.Plan("a", "b<a"));
        var runId = await world.SubmitAsync(hint: false);
        await world.AppendAsync(runId, new RunPaused("ada"));

        var paused = await world.UntilAsync(runId, state => state.IsPaused);
        await world.AppendAsync(runId, new RunResumed("ada"));
        var run = await world.UntilEndAsync(runId);

        paused.Phase.ShouldBe(RunPhase.Paused);
        run.End!.State.ShouldBe(RunPhase.Succeeded);
    }

    [Fact]
    public async Task A_fork_goes_on_from_its_checkpoint_and_repeats_nothing()
    {
        await using var world = await PlannerWorld.StartAsync();
        world.Model.Answers(ScriptedPlanner.Plan("a", "b<a"));
        var run = await world.UntilEndAsync(await world.SubmitAsync());
        var entries = await world.Journal.ReadAsync(run.RunId).ToListAsync(TestContext.Current.CancellationToken);
        var checkpoint = entries.First(entry => entry.Event is StepReviewed { StepId: "a" });
        var forkId = Guid.CreateVersion7();

        await world.Journal.AppendAsync(
            forkId, Agent.Journal.JournalHead.Empty,
            [entries[0].Event, new RunForked(run.RunId, checkpoint.Sequence, checkpoint.Hash, "ada"), .. entries.Skip(1).TakeWhile(entry => entry.Sequence <= checkpoint.Sequence).Select(entry => entry.Event)], "door");
        var fork = await world.UntilEndAsync(forkId);

        fork.End!.State.ShouldBe(RunPhase.Succeeded);
        fork.ForkedFrom.ShouldNotBeNull().FromRun.ShouldBe(run.RunId);
        world.Workers.Executed.Where(step => step.RunId == forkId).ShouldHaveSingleItem().StepId.ShouldBe("b");
        (await world.Journal.VerifyAsync(forkId)).Holds.ShouldBeTrue();
    }

    [Fact]
    public async Task A_cancelled_run_ends_within_a_second_or_two()
    {
        await using var world = await PlannerWorld.StartAsync();
        world.Workers.Execute = _ => null;
        var runId = await world.SubmitAsync();
        await world.UntilAsync(runId, state => state.Plan is not null && state.Step("a").Phase == StepPhase.Running);

        await world.AppendAsync(runId, new RunCancelRequested("ada"));
        var run = await world.UntilEndAsync(runId, seconds: 5);

        run.End!.State.ShouldBe(RunPhase.Cancelled);
        run.End.StopReason.ShouldBe(StopReason.Operator);
    }
}
