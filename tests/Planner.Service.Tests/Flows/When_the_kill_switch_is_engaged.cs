using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Planner.Service.Tests.Flows;

public sealed class When_the_kill_switch_is_engaged
{
    [Fact]
    public async Task Nothing_is_dispatched_by_any_planner_not_even_after_a_restart_until_it_is_lifted()
    {
        await using var world = await PlannerWorld.StartAsync(planners: 2);
        world.Model.Answers(ScriptedPlanner.Plan("a", "b<a"));
        var going = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Workers.Execute = step => step.StepId == "a" && !going.Task.IsCompleted ? null : new StepExecuted(step.StepId, step.Attempt, "done", [], 0);
        var runId = await world.SubmitAsync();
        await world.UntilAsync(runId, state => state.Plan is not null && state.Step("a").Phase == StepPhase.Running);

        await world.Switch.EngageAsync("ada", "something is wrong", TestContext.Current.CancellationToken);
        await world.UntilAsync(runId, state => state.HeldBy is not null);
        await world.StopPlannersAsync();
        await world.AddPlannerAsync(3);
        var late = await world.SubmitAsync();
        var held = await world.UntilAsync(late, state => state.HeldBy is not null);
        going.SetResult();
        world.Workers.Executed.ShouldAllBe(step => step.StepId == "a" && step.RunId == runId);
        await world.Switch.LiftAsync("grace", null, TestContext.Current.CancellationToken);
        var run = await world.UntilEndAsync(runId);
        var lateRun = await world.UntilEndAsync(late);

        held.Plan.ShouldBeNull();
        run.End!.State.ShouldBe(RunPhase.Succeeded);
        lateRun.End!.State.ShouldBe(RunPhase.Succeeded);
        var events = await world.Journal.ReadAsync(runId).Select(entry => entry.Event).ToListAsync(TestContext.Current.CancellationToken);
        events.OfType<KillSwitchEngaged>().ShouldHaveSingleItem().ShouldBe(new KillSwitchEngaged(1, "ada", "something is wrong"));
        events.OfType<KillSwitchLifted>().ShouldHaveSingleItem().Principal.ShouldBe("grace");
    }
}
