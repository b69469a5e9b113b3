using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Planner.Service.Tests.Flows;

public sealed class When_a_workspace_has_a_cap
{
    [Fact]
    public async Task Two_planners_never_let_more_steps_go_than_it_has_slots_and_every_run_comes_to_its_end()
    {
        await using var world = await PlannerWorld.StartAsync(planners: 2, limits: "workspace: { parallel_steps: 2 }\n");
        world.Model.Answers(ScriptedPlanner.Plan("a", "b", "c"));

        var runs = new List<Guid>();
        for (var number = 0; number < 4; number++)
        {
            runs.Add(await world.SubmitAsync());
        }

        foreach (var runId in runs)
        {
            (await world.UntilEndAsync(runId, seconds: 60)).End!.State.ShouldBe(RunPhase.Succeeded);
        }

        (await MostAtOnceAsync(world, runs)).ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task A_run_that_waits_says_for_what_and_the_one_with_the_higher_priority_goes_first()
    {
        await using var world = await PlannerWorld.StartAsync(limits: "workspaces:\n  - { path: /workspace, parallel_steps: 1 }\n");
        var going = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Workers.Execute = step => going.Task.IsCompleted ? new StepExecuted(step.StepId, step.Attempt, "done", [], 0) : null;
        var first = await world.SubmitAsync();
        await world.UntilAsync(first, state => state.Plan is not null && state.Step("a").Phase == StepPhase.Running);

        var plain = await world.SubmitAsync();
        var waiting = await world.UntilAsync(plain, state => state.Waits.Contains("slot"));
        var urgent = await world.SubmitAsync(submitted: new RunSubmitted("Do it", "/workspace/below", "ada"));
        await world.UntilAsync(urgent, state => state.Waits.Contains("slot"));
        await world.AppendAsync(urgent, new RunPriorityChanged(9, "ada"));
        await world.UntilSlotsAreAskedAsync(urgent, priority: 9);
        going.SetResult();
        var done = await Task.WhenAll(world.UntilEndAsync(first, 60), world.UntilEndAsync(plain, 60), world.UntilEndAsync(urgent, 60));

        waiting.Phase.ShouldBe(RunPhase.WaitingCapacity);
        waiting.WaitReason.ShouldBe("workspace cap 1 of 1 steps");
        done.ShouldAllBe(run => run.End!.State == RunPhase.Succeeded);
        done[2].Step("a").DispatchedAt!.Value.ShouldBeLessThan(done[1].Step("a").DispatchedAt!.Value);
    }

    /// <summary>Steps between their dispatch and their verdict, as the journals tell it.</summary>
    static async Task<int> MostAtOnceAsync(PlannerWorld world, IEnumerable<Guid> runs)
    {
        var changes = new List<(DateTimeOffset At, int By)>();
        foreach (var runId in runs)
        {
            changes.AddRange(await world.Journal.ReadAsync(runId)
                .Where(entry => entry.Event is StepDispatched or StepReviewed)
                .Select(entry => (entry.At, entry.Event is StepDispatched ? 1 : -1)).ToListAsync());
        }

        var (now, most) = (0, 0);
        foreach (var (_, by) in changes.OrderBy(change => change.At).ThenBy(change => change.By))
        {
            now += by;
            most = Math.Max(most, now);
        }

        return most;
    }
}
