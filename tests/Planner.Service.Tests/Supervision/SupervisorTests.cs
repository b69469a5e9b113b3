using Agent.Contracts;
using Agent.Guardrails;
using Agent.Journal.Runs;
using Agent.Planner.Service.Runs;
using Agent.Planner.Service.Tests.Runs;

namespace Agent.Planner.Service.Tests.Supervision;

public sealed class SupervisorTests
{
    [Fact]
    public void Deadlock_SameCallSameResult_GoesAnotherWayOnce()
    {
        var run = Running();
        for (var number = 1; number <= 3; number++)
        {
            run.StartCall("a", $"a.1#{number}").FinishCall("a", $"a.1#{number}");
        }

        var events = run.Decide().Events;
        run.Append(events);

        events[0].ShouldBeOfType<CriticalStateEntered>().State.ShouldBe(CriticalState.Deadlock);
        events[1].ShouldBeOfType<StepDispatched>().Feedback.ShouldNotBeNull().ShouldContain("a.1#1, a.1#2, a.1#3");
        run.State.Step("a").Attempt.ShouldBe(2);
        run.Decide().Events.ShouldBeEmpty();
    }

    [Fact]
    public void Deadlock_OnTheLastTry_FailsTheStep()
    {
        var run = Running();
        run.Options.MaxAttempts = 1;
        run.Options.MaxPlanVersions = 1;
        for (var number = 1; number <= 3; number++)
        {
            run.StartCall("a", $"a.1#{number}").FinishCall("a", $"a.1#{number}");
        }

        run.Settle();

        run.State.End.ShouldNotBeNull().Detail.ShouldNotBeNull().ShouldContain("same arguments and the same result");
    }

    [Fact]
    public void Panic_CallsKeepFailing_PausesForAPersonOnce()
    {
        var run = Running();
        for (var number = 1; number <= 5; number++)
        {
            run.AppendDistinctFailure("a", number);
        }

        run.Settle();
        var paused = run.State.Phase;
        run.Append(new RunResumed("ada"));
        run.AppendDistinctFailure("a", 6);

        paused.ShouldBe(RunPhase.Paused);
        run.State.CriticalStates.ShouldHaveSingleItem().Protocol.ShouldBe("ask_person");
        run.Decide().Events.ShouldBeEmpty();
    }

    [Fact]
    public void Hubris_AnswerWithoutALook_IsAskedForEvidenceOnce()
    {
        var run = new TestRun().Plan(TestRun.Step("a") with { Tools = ["read_file"] });
        run.Settle();
        run.Lease("a").Execute("a").Settle();

        run.State.Step("a").Attempt.ShouldBe(2);
        run.State.Step("a").Feedback.ShouldNotBeNull().ShouldContain("rests on no tool call");
        run.Lease("a").Execute("a").Settle().Owed.Single().Message.ShouldBeOfType<ReviewStep>();
    }

    [Fact]
    public void Hubris_StepThatRestsOnOthers_IsNotAsked()
    {
        var run = new TestRun().Plan(TestRun.Step("a"), TestRun.Step("b", "a") with { Tools = ["read_file"] });
        run.Settle();
        run.Accept("a").Settle();
        run.Lease("b").Execute("b").Settle();

        run.State.CriticalStates.ShouldBeEmpty();
    }

    [Fact]
    public void Scarcity_LittleIsLeft_LaterStepsAreToldToFinish()
    {
        var run = new TestRun().Plan(TestRun.Step("a"), TestRun.Step("b", "a"));
        run.Options.MaxTokens = 100;
        run.Settle();
        run.Lease("a").Append(new ModelReplied("executor", "a", 1, 1, "m", "x", [], new TokenUsage(60, 30), "stop", 1, "d")).Execute("a").Review("a", Verdict.Accept).Settle();

        run.State.CriticalStates.ShouldHaveSingleItem().State.ShouldBe(CriticalState.Scarcity);
        run.State.Step("b").Feedback.ShouldBe("10 % of the run's budget of tokens is left. Finish with what you have.");
    }

    [Fact]
    public void Budget_UsedUp_StopsWithThePartialResult()
    {
        var run = new TestRun().Plan(TestRun.Step("a"), TestRun.Step("b", "a"));
        run.Options.MaxTokens = 100;
        run.Settle();
        run.Accept("a").Settle();
        run.Lease("b").Append(new ModelReplied("executor", "b", 1, 1, "m", "x", [], new TokenUsage(90, 30), "stop", 1, "d")).Settle();

        run.State.End.ShouldNotBeNull().StopReason.ShouldBe(StopReason.Budget);
        run.State.End.State.ShouldBe(RunPhase.Stopped);
        run.State.End.Report.ShouldContain("answer of a");
        run.State.End.Report.ShouldContain("120 of 100");
    }

    [Fact]
    public void Budget_TimeThatAPersonTakes_IsNotTheRunsOwn()
    {
        var run = Running().AskApproval("a", "a.1#1", TestRun.Start.AddDays(30));
        run.Options.MaxRunTime = TimeSpan.FromHours(2);
        run.Now += TimeSpan.FromHours(20);
        run.Append(new ApprovalDecided("a.1#1", "a", true, "ada"));
        run.Now += TimeSpan.FromHours(1);

        run.Settle();

        run.State.End.ShouldBeNull();
        run.State.Waited(run.Now).ShouldBe(TimeSpan.FromHours(20));
    }

    [Fact]
    public void Rules_OfSettingsAndPolicy_TheTighterHold()
    {
        var rules = RunRules.With(new RunOptions { MaxAttempts = 2, MaxParallelSteps = 100 }, PolicyLimits.Default);

        rules.MaxAttempts.ShouldBe(2);
        rules.MaxParallelSteps.ShouldBe((int)PolicyLimits.Default["run.parallel_steps"]);
        rules.MaxRunTime.ShouldBe(TimeSpan.FromSeconds(PolicyLimits.Default["run.wall_clock_seconds"]));
    }

    [Fact]
    public void Retry_ByAnOperator_StartsAnotherAttemptWithTheComment()
    {
        var run = Running().Execute("a").Review("a", Verdict.Escalate);
        run.Settle();

        run.Append(new StepRetryRequested("a", "ada", "look into docs/ too")).Settle();

        run.State.Step("a").Attempt.ShouldBe(2);
        run.State.Step("a").Feedback.ShouldBe("look into docs/ too");
        run.State.Phase.ShouldBe(RunPhase.Running);
    }

    [Fact]
    public void Retry_OfAnAcceptedStep_ChangesNothing()
    {
        var run = Running().Execute("a").Review("a", Verdict.Accept).Append(new StepRetryRequested("a", "ada"));

        run.State.Step("a").Phase.ShouldBe(StepPhase.Accepted);
    }

    static TestRun Running()
    {
        var run = new TestRun().Plan(TestRun.Step("a"));
        run.Settle();
        return run.Lease("a");
    }
}
