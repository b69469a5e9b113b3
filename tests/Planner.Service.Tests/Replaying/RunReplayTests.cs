using Agent.Contracts;
using Agent.Guardrails;
using Agent.Journal;
using Agent.Journal.Replaying;
using Agent.Planner.Service.Plans;
using Agent.Planner.Service.Replaying;
using Agent.Planner.Service.Runs;
using Agent.Planner.Service.Tests.Flows;
using Agent.Planner.Service.Tests.Runs;
using Agent.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Agent.Planner.Service.Tests.Replaying;

public sealed class RunReplayTests
{
    [Fact]
    public void Replay_OfWhatHappened_HoldsAndMakesEachDecisionAgain()
    {
        var run = Recorded();

        var verdict = Replay(run.Events, run.Options);

        verdict.Divergence.ShouldBeNull();
        verdict.Compared.ShouldBe(8);
    }

    [Fact]
    public void Replay_OfARunOnACanary_HoldsThoughNobodyKnowsOfTheTrialAnyMore()
    {
        var run = Recorded();
        run.Events.Insert(1, new CanaryAssigned(3, "5f1c", 0.1));

        var verdict = Replay(run.Events, run.Options);

        verdict.Divergence.ShouldBeNull();
        verdict.Compared.ShouldBe(8);
    }

    [Fact]
    public void Replay_AnotherStepWasDispatched_NamesThePlace()
    {
        var events = Recorded().Events;
        var index = events.FindIndex(runEvent => runEvent is StepDispatched { StepId: "b" });
        events[index] = new StepDispatched("b", 7);

        var verdict = Replay(events, new TestRun().Options);

        verdict.Divergence.ShouldNotBeNull().Sequence.ShouldBe(index + 1);
        verdict.Divergence.Expected.ShouldContain("\"attempt\":1");
        verdict.Divergence.Recorded.ShouldContain("\"attempt\":7");
    }

    [Fact]
    public void Replay_AnotherPlanWasAccepted_NamesThePlace()
    {
        var events = Recorded().Events;
        events[4] = new PlanAccepted(1, new Plan("s", [TestRun.Step("z")]));

        Replay(events, new TestRun().Options).Divergence.ShouldNotBeNull().Sequence.ShouldBe(5);
    }

    [Fact]
    public void Replay_EndedOtherwise_NamesThePlace()
    {
        var events = Recorded().Events;
        events[^1] = new RunEnded(RunPhase.Failed, StopReason.Policy, "", null);

        Replay(events, new TestRun().Options).Divergence.ShouldNotBeNull().Expected.ShouldBe("RunEnded Succeeded Done");
    }

    [Fact]
    public void Replay_OfManyRuns_NeverDiverges()
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var run = Recorded(new Random(seed));

            Replay(run.Events, run.Options).Divergence.ShouldBeNull($"seed {seed}");
        }
    }

    [Fact]
    public void Replay_WithAnotherPlan_StopsWhereItLeadsElsewhere()
    {
        var run = Recorded();
        var record = new RecordedRun(Entries(run.Events));

        var divergence = Play(record.WithPlan(new Plan("s", [TestRun.Step("a"), TestRun.Step("b"), TestRun.Step("x"), TestRun.Step("c", "a", "b")])), run.Options).Divergence.ShouldNotBeNull();

        divergence.Type.ShouldBe(nameof(StepLeased));
        divergence.Expected.ShouldContain("\"step_id\":\"x\"");
        divergence.Why.ShouldStartWith("With the plan given");
        Play(record.WithPlan(run.State.Plan!), run.Options).Divergence.ShouldBeNull();
    }

    [Fact]
    public void Replay_WithAPlanThatHasMistakes_NamesThem() =>
        Play(new RecordedRun(Entries(Recorded().Events)).WithPlan(new Plan("s", [TestRun.Step("a", "nobody")])), new RunOptions())
            .Divergence.ShouldNotBeNull().Expected.ShouldContain("nobody");

    [Fact]
    public void Replay_WithTighterLimits_StopsWhereTheyHold()
    {
        var policies = PolicyBundle.Load(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["tools.yaml"] = "version: 1\nrules: []\n", ["limits.yaml"] = "version: 1\nrun:\n  parallel_steps: 1\n" }, GuardrailSettings.None);
        policies.Mistakes.ShouldBeEmpty();
        var run = Recorded();

        var divergence = Play(new RecordedRun(Entries(run.Events)), run.Options, policies.Bundle).Divergence.ShouldNotBeNull();

        divergence.Recorded.ShouldContain("\"step_id\":\"b\"");
        divergence.Why.ShouldStartWith("With the limits of the policies given");
    }

    /// <summary>Two refused tries at a plan, then a run of a, b and c, some of it failing at first.</summary>
    static TestRun Recorded(Random? dice = null)
    {
        var run = new TestRun();
        Reply(run, "no plan");
        Reply(run, ScriptedPlanner.Plan("a", "b", "c<a<b"));
        run.Settle();
        foreach (var id in new[] { "b", "a", "c" })
        {
            run.Now += TimeSpan.FromSeconds(1);
            if (dice?.Next(3) == 0)
            {
                run.Lease(id).Execute(id).Review(id, Verdict.Retry).Settle();
            }

            if (dice?.Next(4) == 0)
            {
                run.Lease(id).Fail(id, "tool", isRetryable: true).Settle();
            }

            run.Accept(id).Settle();
        }

        run.ReviewRun(Verdict.Accept).Settle();
        return run;
    }

    static void Reply(TestRun run, string text)
    {
        var replied = new ModelReplied("planner", null, 1, run.State.PlanRefusals + 1, "m", text, [], new TokenUsage(1, 1), "stop", 1, "d");
        run.Append(replied, PlanParser.Parse(text, KnownTools.BuiltIn, new PlanOptions()) switch
        {
            PlanReply.Good good => new PlanAccepted(1, good.Plan),
            PlanReply.Malformed malformed => new PlanRefused(replied.Turn, malformed.Mistakes),
            _ => throw new InvalidOperationException(),
        });
    }

    static ReplayPart Replay(IEnumerable<IRunEvent> events, RunOptions options) => Play(new RecordedRun(Entries(events)), options);

    static ReplayPart Play(RecordedRun run, RunOptions options, PolicyBundle? policies = null) =>
        new RunReplay(Options.Create(options), Options.Create(new PlanOptions()), new CurrentBundle(), TimeProvider.System)
            .PlayAsync(run, policies, TestContext.Current.CancellationToken).GetAwaiter().GetResult();

    static List<JournalEntry> Entries(IEnumerable<IRunEvent> events)
    {
        var runId = Guid.CreateVersion7();
        return [.. events.Select((runEvent, index) => new JournalEntry(runId, index + 1, $"{index + 1:x64}", $"{index:x64}", TestRun.Start.AddMilliseconds(index), "test", RunEventTypes.NameOf(runEvent), 1, runEvent, default))];
    }
}
