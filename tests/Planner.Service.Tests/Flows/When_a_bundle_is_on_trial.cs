using Agent.Contracts;
using Agent.Guardrails;
using Agent.Guardrails.Distribution;
using Agent.ServiceDefaults;

namespace Agent.Planner.Service.Tests.Flows;

public sealed class When_a_bundle_is_on_trial
{
    [Fact]
    public async Task Its_share_of_new_runs_is_put_on_it_once_whoever_plans_them_and_all_come_to_their_end()
    {
        await using var world = await PlannerWorld.StartAsync(planners: 2);
        var bundle = PolicyBundle.Load(new Dictionary<string, string> { ["tools.yaml"] = "rules: []\n" }, GuardrailSettings.None).Bundle!;
        world.Bundle.Switch(bundle, 1, new CanaryBundle(3, bundle, 0.5));
        world.Model.Answers(ScriptedPlanner.Plan("a"));

        var runs = new List<Guid>();
        while (runs.Count < 4 || runs.Select(run => CanaryOffer.Includes(3, 0.5, run)).Distinct().Count() < 2)
        {
            runs.Add(await world.SubmitAsync());
        }

        foreach (var run in runs)
        {
            (await world.UntilEndAsync(run, seconds: 60)).End!.State.ShouldBe(RunPhase.Succeeded);
            var assigned = new List<long>();
            await foreach (var entry in world.Journal.ReadAsync(run, 1, TestContext.Current.CancellationToken))
            {
                if (entry.Event is CanaryAssigned canary)
                {
                    canary.ShouldBe(new CanaryAssigned(3, bundle.Digest, 0.5));
                    assigned.Add(entry.Sequence);
                }
            }

            long[] expected = CanaryOffer.Includes(3, 0.5, run) ? [2] : [];
            assigned.ShouldBe(expected);
        }
    }
}
