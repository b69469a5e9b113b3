using Agent.Contracts;
using Agent.Guardrails;
using Agent.Planner.Service.Runs;

namespace Agent.Planner.Service.Tests.Runs;

public sealed class SignOffDeciderTests
{
    [Fact]
    public void Decide_PolicyWantsASignature_AsksOnceAndNamesWhatItWaitsFor()
    {
        var run = new TestRun { Options = { PlanSignOff = true } }.Plan(TestRun.Step("a"));

        var decision = run.Settle();

        run.Events.OfType<PlanSignOffRequested>().ShouldHaveSingleItem().Version.ShouldBe(1);
        run.Events.OfType<StepDispatched>().ShouldBeEmpty();
        decision.WaitsFor.ShouldBe("a person to sign version 1 of the plan");
        run.State.Phase.ShouldBe(RunPhase.WaitingApproval);
        run.State.Waited(run.Now + TimeSpan.FromHours(1)).ShouldBe(TimeSpan.FromHours(1));
    }

    [Fact]
    public void Decide_PolicyWantsASignatureAfterThePlanHasBegun_DoesNotHoldItUp()
    {
        var run = new TestRun().Plan(TestRun.Step("a"), TestRun.Step("b", "a"));
        run.Settle();
        run.Accept("a").Options.PlanSignOff = true;

        run.Settle();

        run.Events.OfType<StepDispatched>().Select(step => step.StepId).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void Decide_ReplanAfterASignedPlan_WantsTheNewVersionSignedAndKeepsWhatIsFinished()
    {
        var run = new TestRun { Options = { PlanSignOff = true } }.Plan(TestRun.Step("a"), TestRun.Step("b", "a"));
        run.Settle();
        run.Append(new PlanSignOffDecided(1, true, "grace")).Settle();
        run.Accept("a").Settle();
        run.Lease("b").Execute("b").Review("b", Verdict.Replan);

        run.Plan(TestRun.Step("a"), TestRun.Step("c", "a")).Settle();

        run.State.SignOff.ShouldNotBeNull().Answer.ShouldBeNull();
        run.State.Step("a").Phase.ShouldBe(Agent.Journal.Runs.StepPhase.Accepted);
        run.Append(new PlanSignOffDecided(2, true, "grace")).Settle();
        run.Events.OfType<StepDispatched>().Select(step => step.StepId).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public void Decide_RejectedMoreOftenThanVersionsAreMade_StopsTheRunAndSaysWhoRejected()
    {
        var run = new TestRun { Options = { PlanSignOff = true, MaxPlanVersions = 1 } }.Plan(TestRun.Step("a"));
        run.Settle();

        run.Append(new PlanSignOffDecided(1, false, "grace", "too much")).Settle();

        run.State.End.ShouldNotBeNull().StopReason.ShouldBe(StopReason.Operator);
        run.State.End.Detail.ShouldNotBeNull().ShouldContain("grace rejected version 1 of the plan: too much");
    }

    [Fact]
    public void Decide_AnswerToAnOlderVersion_ChangesNothing()
    {
        var run = new TestRun { Options = { PlanSignOff = true } }.Plan(TestRun.Step("a"));
        run.Settle();

        run.Append(new PlanSignOffDecided(7, true, "grace")).Settle();

        run.State.SignOff!.Answer.ShouldBeNull();
        run.Events.OfType<StepDispatched>().ShouldBeEmpty();
    }

    [Fact]
    public void For_WorkspaceBelowARule_TakesTheNearestRule()
    {
        var limits = BundleOf("workspace: { parallel_steps: 9 }\nworkspaces:\n  - { path: /srv, parallel_steps: 4 }\n  - { path: /srv/prod/, sign_off: true }\n").Limits;

        RunRules.With(new RunOptions(), limits, "/srv/prod/site").PlanSignOff.ShouldBeTrue();
        RunRules.With(new RunOptions(), limits, "/srv/production").PlanSignOff.ShouldBeFalse();
        limits.For("/srv/x").ParallelSteps.ShouldBe(4);
        limits.For("/home/x").ShouldBe(new WorkspaceLimits(false, 0, 9, null));
    }

    static PolicyBundle BundleOf(string limits)
    {
        var result = PolicyBundle.Load(new Dictionary<string, string> { ["limits.yaml"] = limits, ["tools.yaml"] = "rules:\n  - { id: a, answer: allow, reason: Because., tools: [read_file] }\n" }, GuardrailSettings.None);
        result.Mistakes.ShouldBeEmpty();
        return result.Bundle!;
    }
}
