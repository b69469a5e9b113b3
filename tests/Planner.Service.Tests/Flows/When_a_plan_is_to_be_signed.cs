using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Planner.Service.Tests.Flows;

public sealed class When_a_plan_is_to_be_signed
{
    static readonly RunSubmitted ToBeSigned = new("Do it", "/workspace", "ada", SignOff: true);

    [Fact]
    public async Task Nothing_begins_before_the_signature_and_a_restart_of_all_planners_forgets_nothing()
    {
        await using var world = await PlannerWorld.StartAsync();
        var runId = await world.SubmitAsync(submitted: ToBeSigned);
        var asked = await world.UntilAsync(runId, state => state.SignOff is not null);

        await world.StopPlannersAsync();
        await world.AddPlannerAsync(1);
        await world.AddPlannerAsync(2);
        asked.Phase.ShouldBe(RunPhase.WaitingApproval);
        world.Workers.Executed.ShouldBeEmpty();
        await world.AppendAsync(runId, new PlanSignOffDecided(1, true, "grace"));
        var run = await world.UntilEndAsync(runId);

        run.End!.State.ShouldBe(RunPhase.Succeeded);
        run.SignOff!.Answer!.Principal.ShouldBe("grace");
    }

    [Fact]
    public async Task A_rejection_makes_another_plan_with_the_reason_and_that_one_is_to_be_signed_too()
    {
        await using var world = await PlannerWorld.StartAsync();
        world.Model.Answers(ScriptedPlanner.Plan("a"), ScriptedPlanner.Plan("b"));
        var runId = await world.SubmitAsync(submitted: ToBeSigned);
        await world.UntilAsync(runId, state => state.SignOff is not null);

        await world.AppendAsync(runId, new PlanSignOffDecided(1, false, "grace", "leave production alone"));
        await world.UntilAsync(runId, state => state is { PlanVersion: 2, SignOff.Answer: null });
        await world.AppendAsync(runId, new PlanSignOffDecided(2, true, "grace"));
        var run = await world.UntilEndAsync(runId);

        world.Model.Questions[^1].ShouldContain("grace rejected version 1 of the plan: leave production alone");
        run.End!.State.ShouldBe(RunPhase.Succeeded);
        world.Workers.Executed.ShouldAllBe(step => step.StepId == "b");
    }

    [Fact]
    public async Task An_edited_plan_that_was_signed_runs_instead()
    {
        await using var world = await PlannerWorld.StartAsync();
        var runId = await world.SubmitAsync(submitted: ToBeSigned);
        var asked = await world.UntilAsync(runId, state => state.SignOff is not null);
        var edited = asked.Plan! with { Steps = [asked.Plan.Steps[0] with { Id = "edited" }] };

        await world.AppendAsync(runId, new PlanProposed(edited, "grace", "safer", Signed: true));
        var run = await world.UntilEndAsync(runId);

        run.PlanVersion.ShouldBe(2);
        run.SignOff!.Answer.ShouldBe(new PlanSignOffDecided(2, true, "grace", "safer"));
        world.Workers.Executed.ShouldAllBe(step => step.StepId == "edited");
    }

    [Fact]
    public async Task A_persons_plan_is_checked_like_a_models_and_every_mistake_is_named()
    {
        await using var world = await PlannerWorld.StartAsync();
        using var http = world.Http();

        using var response = await http.PostAsync(
            new Uri("/plans/check", UriKind.Relative),
            new StringContent("""{"summary":"s","steps":[{"id":"A","title":"t","instruction":"do","effect":"none","tools":["no_such_tool"]},{"id":"b","title":"t","effect":"pure","depends_on":["c"]}]}""", System.Text.Encoding.UTF8, "application/json"),
            TestContext.Current.CancellationToken);
        var mistakes = (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("mistakes").EnumerateArray().Select(mistake => mistake.GetString()!).ToList();

        mistakes.ShouldContain(mistake => mistake.StartsWith("steps[0].effect is", StringComparison.Ordinal));
        mistakes.ShouldContain(mistake => mistake.Contains("no_such_tool", StringComparison.Ordinal));
        mistakes.ShouldContain("steps[1].instruction is missing.");
        mistakes.ShouldContain(mistake => mistake.Contains("depends on \"c\"", StringComparison.Ordinal));
        mistakes.ShouldContain(mistake => mistake.StartsWith("Step \"A\": an id has", StringComparison.Ordinal));
    }
}
