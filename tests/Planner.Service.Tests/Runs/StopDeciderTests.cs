using Agent.Contracts;
using Agent.Journal.Stops;
using Agent.Planner.Service.Runs;

namespace Agent.Planner.Service.Tests.Runs;

public sealed class StopDeciderTests
{
    static readonly KillSwitchState Engaged = new(true, 1, "ada", "stop", TestRun.Start);
    static readonly KillSwitchState Lifted = Engaged with { IsEngaged = false, Principal = "grace" };

    [Fact]
    public void Decide_Engaged_WritesItOnceAndHoldsEverythingElse()
    {
        var run = new TestRun().Plan(TestRun.Step("a"));

        run.Append(StopDecider.Decide(run.State, Engaged)!.Events);

        run.Events[^1].ShouldBe(new KillSwitchEngaged(1, "ada", "stop"));
        StopDecider.Decide(run.State, Engaged).ShouldBeNull();
        run.Decide().WaitsFor.ShouldBe("the kill switch to be lifted; ada engaged it");
        run.State.Phase.ShouldBe(RunPhase.Paused);
    }

    [Fact]
    public void Decide_Lifted_LetsTheRunGoOn()
    {
        var run = new TestRun().Plan(TestRun.Step("a")).Append(new KillSwitchEngaged(1, "ada"));

        run.Append(StopDecider.Decide(run.State, Lifted)!.Events).Settle();

        run.Events.ShouldContain(new KillSwitchLifted(1, "grace", "stop"));
        run.State.Step("a").Phase.ShouldBe(Agent.Journal.Runs.StepPhase.Dispatched);
    }

    [Fact]
    public void Decide_NotReadYet_Waits()
    {
        var run = new TestRun().Plan(TestRun.Step("a"));

        StopDecider.Decide(run.State, null).ShouldNotBeNull().WaitsFor.ShouldBe("the kill switch to be read");
    }

    [Fact]
    public void Decide_APlannerThatKnowsLess_ChangesNothing()
    {
        var run = new TestRun().Plan(TestRun.Step("a")).Append(new KillSwitchEngaged(1, "ada"), new KillSwitchLifted(1, "grace"));

        StopDecider.Decide(run.State, Engaged).ShouldNotBeNull().Events.ShouldBeEmpty();
        run.Append(new KillSwitchEngaged(2, "ada"));
        StopDecider.Decide(run.State, Lifted).ShouldBeNull();
    }

    [Fact]
    public void Decide_Held_CanStillBeCancelled()
    {
        var run = new TestRun().Plan(TestRun.Step("a")).Append(new KillSwitchEngaged(1, "ada"), new RunCancelRequested("grace")).Settle();

        run.WaitsFor.ShouldBeNull();
    }
}
