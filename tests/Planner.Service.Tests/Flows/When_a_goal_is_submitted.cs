using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Planner.Service.Tests.Flows;

public sealed class When_a_goal_is_submitted
{
    [Fact]
    public async Task It_is_planned_worked_on_reviewed_and_ended()
    {
        await using var world = await PlannerWorld.StartAsync();
        world.Model.Answers(ScriptedPlanner.Plan("a", "b", "c<a<b"));

        var run = await world.UntilEndAsync(await world.SubmitAsync());

        run.End!.State.ShouldBe(RunPhase.Succeeded);
        run.End.Report.ShouldStartWith("answer of c");
        run.Steps.ShouldAllBe(step => step.Attempt == 1);
        (await world.Journal.VerifyAsync(run.RunId)).Holds.ShouldBeTrue();
    }

    [Fact]
    public async Task Several_planners_at_once_decide_each_thing_once()
    {
        await using var world = await PlannerWorld.StartAsync(planners: 3);
        world.Model.Answers(ScriptedPlanner.Plan("a", "b", "c", "d<a<b", "e<c<d"));

        var runs = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => world.SubmitAsync()));
        var ends = await Task.WhenAll(runs.Select(run => world.UntilEndAsync(run, seconds: 60)));

        ends.ShouldAllBe(run => run.End!.State == RunPhase.Succeeded && run.PlanVersion == 1 && run.Steps.All(step => step.Attempt == 1));
    }

    [Fact]
    public async Task Nobody_is_told_anything_and_it_still_comes_to_its_end()
    {
        await using var world = await PlannerWorld.StartAsync();
        world.Workers.GiveHints = false;
        world.Model.Answers(ScriptedPlanner.Plan("a", "b<a"));

        var run = await world.UntilEndAsync(await world.SubmitAsync(hint: false));

        run.End!.State.ShouldBe(RunPhase.Succeeded);
    }

    [Fact]
    public async Task A_malformed_plan_is_asked_for_again_with_its_mistakes()
    {
        await using var world = await PlannerWorld.StartAsync();
        world.Model.Answers("I think we should start by looking around.", """{"steps":[{"id":"a","title":"T","instruction":"do","effect":"pure","depends_on":["zzz"]}]}""", ScriptedPlanner.Plan("a"));

        var run = await world.UntilEndAsync(await world.SubmitAsync());

        run.End!.State.ShouldBe(RunPhase.Succeeded);
        world.Model.Asked.ShouldBe(3);
        world.Model.Questions[2].ShouldContain("\"zzz\", which is no step of this plan");
    }

    [Theory]
    [InlineData("First I would look around, then count.", "holds no JSON object")]
    [InlineData("""{"steps":[{"id":"a","title":"T","instruction":"do","effect":"pure","depends_on":["b"]},{"id":"b","title":"T","instruction":"do","effect":"pure","depends_on":["a"]}]}""", "depend on each other in a circle")]
    [InlineData("""{"steps":[{"id":"a","title":"T","instruction":"do","effect":"pure","tools":["teleport"]}]}""", "\"teleport\", which is not known")]
    public async Task A_weak_models_mistakes_are_told_and_each_try_is_journalled(string reply, string mistake)
    {
        await using var world = await PlannerWorld.StartAsync();
        var fenced = $"```json\n{{\"thoughts\":\"hm\"}}\n```\nand then\n```json\n{ScriptedPlanner.Plan("a")}\n```";
        world.Model.Answers(reply, fenced);

        var run = await world.UntilEndAsync(await world.SubmitAsync());

        run.End!.State.ShouldBe(RunPhase.Succeeded, run.End.Detail);
        world.Model.Questions[1].ShouldContain(mistake);
        run.UseByRole["planner"].Calls.ShouldBe(2);
    }

    [Fact]
    public async Task A_model_that_never_makes_a_plan_is_asked_a_few_times_and_its_mistakes_are_the_reason()
    {
        await using var world = await PlannerWorld.StartAsync();
        world.Model.Answers("I can not do JSON.");

        var run = await world.UntilEndAsync(await world.SubmitAsync());

        run.End!.State.ShouldBe(RunPhase.Failed);
        run.End.Detail!.ShouldContain("No usable plan after 3 tries");
        run.UseByRole["planner"].Calls.ShouldBe(3);
    }

    [Fact]
    public async Task The_store_is_killed_while_a_plan_is_made_and_the_run_is_not_failed_for_it()
    {
        await using var world = await PlannerWorld.StartAsync();
        world.Model.LosesTheStore();
        world.Model.Answers(ScriptedPlanner.Plan("a"));

        var run = await world.UntilEndAsync(await world.SubmitAsync(), seconds: 60);

        run.End!.State.ShouldBe(RunPhase.Succeeded);
    }

    [Fact]
    public async Task A_goal_the_model_can_not_take_ends_as_invalid()
    {
        await using var world = await PlannerWorld.StartAsync();
        world.Model.Answers("""{"cannot":"There is no tool for symphonies."}""");

        var run = await world.UntilEndAsync(await world.SubmitAsync());

        run.End!.StopReason.ShouldBe(StopReason.InvalidGoal);
        run.End.Report.ShouldContain("There is no tool for symphonies.");
    }

    [Fact]
    public async Task The_model_is_away_and_the_run_waits_and_goes_on_by_itself()
    {
        await using var world = await PlannerWorld.StartAsync();
        world.Model.IsAway(times: 2);
        world.Model.Answers(ScriptedPlanner.Plan("a"));
        var runId = await world.SubmitAsync();

        var waiting = await world.UntilAsync(runId, state => state.Phase == RunPhase.WaitingCapacity);
        var run = await world.UntilEndAsync(runId);

        waiting.WaitReason.ShouldBe("the server is loading");
        run.End!.State.ShouldBe(RunPhase.Succeeded);
        run.PlanRefusals.ShouldBe(0);
    }
}
