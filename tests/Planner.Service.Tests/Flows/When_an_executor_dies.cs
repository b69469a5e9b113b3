using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Planner.Service.Tests.Flows;

public sealed class When_an_executor_dies
{
    [Fact]
    public async Task Its_step_is_given_to_another_as_the_same_attempt()
    {
        await using var world = await PlannerWorld.StartAsync();
        var tries = 0;
        world.Workers.Execute = step => Interlocked.Increment(ref tries) == 1 ? null : new StepExecuted(step.StepId, step.Attempt, "done", [], 0);

        var run = await world.UntilEndAsync(await world.SubmitAsync());

        run.End!.State.ShouldBe(RunPhase.Succeeded);
        run.Step("a").Attempt.ShouldBe(1);
        tries.ShouldBe(2);
    }

    [Fact]
    public async Task A_step_whose_owner_lives_is_left_to_it()
    {
        // Long enough that nothing is sent again only because a busy machine was slow to take it.
        await using var world = await PlannerWorld.StartAsync(resendAfter: TimeSpan.FromMinutes(1));
        world.Workers.GiveHints = false;
        world.Model.Answers(ScriptedPlanner.Plan("a"), ScriptedPlanner.Plan("b", "c<b", "d<c"));
        world.Workers.Execute = step => step.StepId == "a" ? null : new StepExecuted(step.StepId, step.Attempt, "done", [], 0);
        var runId = await world.SubmitAsync(hint: false);
        await using var lease = await world.Leases.TryTakeAsync($"step:{runId:N}:a", "owner", TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await world.UntilAsync(runId, state => state.Plan is not null && state.Step("a").Phase == StepPhase.Running);

        // A run that lives by sweeps alone takes one for each of its steps' moves: so many have gone by at its end.
        await world.UntilEndAsync(await world.SubmitAsync(hint: false));

        world.Workers.Executed.Count(step => step.RunId == runId).ShouldBe(1);
    }
}
