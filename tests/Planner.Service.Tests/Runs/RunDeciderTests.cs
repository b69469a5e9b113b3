using Agent.Contracts;
using Agent.Planner.Service.Runs;

namespace Agent.Planner.Service.Tests.Runs;

public sealed class RunDeciderTests
{
    [Fact]
    public void Decide_NewRun_NeedsAPlan() => new TestRun().Decide().PlanNeeded.ShouldBe(new PlanNeed(null, StopReason.InvalidGoal));

    [Fact]
    public void Decide_IndependentSteps_AreDispatchedTogether()
    {
        var run = new TestRun().Plan(TestRun.Step("a"), TestRun.Step("b"), TestRun.Step("c", "a", "b"));

        run.Decide().Events.ShouldBe([new StepDispatched("a", 1), new StepDispatched("b", 1)]);
        run.Settle().Owed.Select(owed => owed.Message).ShouldBe([new ExecuteStep(run.State.RunId, "a", 1), new ExecuteStep(run.State.RunId, "b", 1)]);
    }

    [Fact]
    public void Decide_DependenciesAccepted_DispatchesTheNext()
    {
        var run = new TestRun().Plan(TestRun.Step("a"), TestRun.Step("b"), TestRun.Step("c", "a", "b"));
        run.Settle();

        run.Accept("a").Decide().Events.ShouldBeEmpty();
        run.Accept("b").Decide().Events.ShouldBe([new StepDispatched("c", 1)]);
    }

    [Fact]
    public void Decide_MoreReadyStepsThanRoom_KeepsTheLimit()
    {
        var run = new TestRun().Plan([.. Enumerable.Range(0, 10).Select(number => TestRun.Step($"s{number}"))]);
        run.Options.MaxParallelSteps = 3;

        run.Decide().Events.Count.ShouldBe(3);
        run.Settle();
        run.Accept("s0").Decide().Events.ShouldBe([new StepDispatched("s3", 1)]);
    }

    [Fact]
    public void Decide_ExecutedStep_IsOwedItsReview()
    {
        var run = Running("a");

        run.Execute("a").Decide().Owed.Single().ShouldBe(new OwedMessage(new ReviewStep(run.State.RunId, "a", 1), IsAsked: true));
    }

    [Fact]
    public void Decide_StepExecutedWhileTheRunWasHeldUp_TheReviewIsNotAskedForYet()
    {
        foreach (var (held, lifted) in new (IRunEvent, IRunEvent)[]
        {
            (new RunPaused("ada"), new RunResumed("ada")),
            (new KillSwitchEngaged(1, "ada"), new KillSwitchLifted(2, "ada")),
        })
        {
            var run = Running("a").Append(held);

            run.Execute("a").Decide().Owed.ShouldBeEmpty();
            run.Append(lifted).Decide().Owed.Single().ShouldBe(new OwedMessage(new ReviewStep(run.State.RunId, "a", 1)));
        }
    }

    [Fact]
    public void Decide_UnknownCallToBeChecked_IsOwedToAnExecutorForEachCheck()
    {
        var run = Running("a").StartCall("a", "a.1#1").Append(new ToolCallUnknown("a.1#1", "a", 1, "run_command", "died"));
        run.Decide().Owed.ShouldBeEmpty();

        var first = run.Append(Check(1)).Decide();
        var made = run.Append(Made(1)).Decide();
        var second = run.Append(Check(2)).Decide();
        var said = run.Append(new ToolCallResolved("a.1#1", "a", true, "grace")).Decide();

        first.Owed.Single().Message.ShouldBe(new ExecuteStep(run.State.RunId, "a", 1));
        first.WaitsFor.ShouldBe("an executor to check what became of a.1#1, for grace");
        made.Owed.ShouldBeEmpty();
        made.WaitsFor.ShouldBe("a person to say what became of a.1#1");
        second.Owed.Single().Stamp.ShouldNotBe(first.Owed.Single().Stamp);
        said.Owed.Single().Message.ShouldBe(new ExecuteStep(run.State.RunId, "a", 1));
    }

    static ToolCallCheckRequested Check(int number) => new("a.1#1", "a", number, "read_file", System.Text.Json.JsonElement.Parse("{}"), "grace");

    static ToolCallChecked Made(int number) => new(
        "a.1#1", "a", 1, number, "read_file", System.Text.Json.JsonElement.Parse("{}"), CallDecision.Allow, "rule", "", ToolCallOutcome.Ok, "text", "digest", false, 1, new ToolProvenance("1", null, "none", "digest", "rule"));

    [Fact]
    public void Decide_RunningStep_IsOwedToAnotherOnlyIfItsLeaseIsFree()
    {
        var run = Running("a");

        var owed = run.Decide().Owed.Single();

        owed.Message.ShouldBe(new ExecuteStep(run.State.RunId, "a", 1));
        owed.UnlessHeld.ShouldBe($"step:{run.State.RunId:N}:a");
    }

    [Fact]
    public void Decide_RejectedForRetry_IsTriedAgainWithTheFeedbackUntilTheLimit()
    {
        var run = new TestRun().Plan(TestRun.Step("a"));
        run.Options.MaxAttempts = 2;
        run.Settle();

        run.Lease("a").Execute("a").Review("a", Verdict.Retry, "say more").Decide().Events.ShouldBe([new StepDispatched("a", 2, "say more")]);
        run.Settle();
        run.Lease("a").Execute("a").Review("a", Verdict.Retry, "say more").Settle();

        run.State.End.ShouldNotBeNull().StopReason.ShouldBe(StopReason.ReviewFailed);
        run.State.End.State.ShouldBe(RunPhase.Failed);
    }

    [Theory]
    [InlineData("policy", RunPhase.Stopped, StopReason.Policy)]
    [InlineData("budget", RunPhase.Stopped, StopReason.Budget)]
    [InlineData("infrastructure", RunPhase.Failed, StopReason.Infrastructure)]
    [InlineData("invalid_goal", RunPhase.Failed, StopReason.InvalidGoal)]
    public void Decide_HopelessStep_EndsTheRunSayingWhy(string code, RunPhase state, StopReason reason)
    {
        var run = Running("a").Fail("a", code);

        run.Settle();

        run.State.End.ShouldNotBeNull().State.ShouldBe(state);
        run.State.End.StopReason.ShouldBe(reason);
        run.State.End.Report.ShouldContain("it broke");
    }

    [Fact]
    public void Decide_RetryableFailure_IsTriedAgain()
    {
        var run = Running("a").Fail("a", "tool", isRetryable: true);

        run.Decide().Events.ShouldBe([new StepDispatched("a", 2, "The last attempt failed: it broke")]);
    }

    [Fact]
    public void Decide_HopelessStep_WaitsForWhatHasBegunAndStartsNothingNew()
    {
        var run = new TestRun().Plan(TestRun.Step("a"), TestRun.Step("b"), TestRun.Step("c", "b"));
        run.Settle();
        run.Lease("a").Lease("b").Fail("a", "policy").Settle();

        run.State.End.ShouldBeNull();
        run.Execute("b").Review("b", Verdict.Accept).Settle();

        run.State.End.ShouldNotBeNull().StopReason.ShouldBe(StopReason.Policy);
        run.State.End.Report.ShouldContain("answer of b");
        run.State.Step("c").Attempt.ShouldBe(0);
    }

    [Fact]
    public void Decide_ReplanKeepsWhatIsFinished()
    {
        var run = new TestRun().Plan(TestRun.Step("a"), TestRun.Step("b", "a"));
        run.Settle();
        run.Accept("a").Settle();
        run.Lease("b").Execute("b").Review("b", Verdict.Replan, "the wrong way").Decide().PlanNeeded.ShouldNotBeNull().Why.ShouldNotBeNull().ShouldContain("the wrong way");

        run.Plan(TestRun.Step("a"), TestRun.Step("b2", "a"));

        run.Decide().Events.ShouldBe([new StepDispatched("b2", 1)]);
        run.State.Step("a").Answer.ShouldBe("answer of a");
    }

    [Fact]
    public void Decide_TooManyPlanVersions_Fails()
    {
        var run = new TestRun();
        run.Options.MaxPlanVersions = 1;
        run.Plan(TestRun.Step("a")).Settle();
        run.Lease("a").Execute("a").Review("a", Verdict.Replan).Settle();

        run.State.End.ShouldNotBeNull().StopReason.ShouldBe(StopReason.ReviewFailed);
    }

    [Fact]
    public void Decide_AllAccepted_ReviewsTheRunAndSucceeds()
    {
        var run = Running("a").Execute("a").Review("a", Verdict.Accept);

        run.Decide().Owed.Single().Message.ShouldBe(new ReviewRun(run.State.RunId, 1));
        run.ReviewRun(Verdict.Accept).Settle();

        run.State.End.ShouldNotBeNull().State.ShouldBe(RunPhase.Succeeded);
        run.State.End.StopReason.ShouldBe(StopReason.Done);
        run.Decide().ShouldBe(RunDecision.Nothing);
    }

    [Fact]
    public void Decide_Escalated_WaitsForAPersonAndSaysForWhat()
    {
        var run = Running("a").Execute("a").Review("a", Verdict.Escalate, "is this right?");

        var decision = run.Settle();

        decision.Owed.ShouldBeEmpty();
        decision.WaitsFor.ShouldNotBeNull().ShouldContain("is this right?");
        run.State.Phase.ShouldBe(RunPhase.WaitingApproval);
    }

    [Fact]
    public void Decide_EscalatedThenAcceptedByAPerson_GoesOn()
    {
        var run = Running("a").Execute("a").Review("a", Verdict.Escalate);
        run.Settle();

        run.Review("a", Verdict.Accept).Settle().Owed.Single().Message.ShouldBeOfType<ReviewRun>();
    }

    [Fact]
    public void Decide_RefusedPlans_FailAfterTheLimitWithTheMistakes()
    {
        var run = new TestRun();
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            run.Decide().PlanNeeded.ShouldNotBeNull();
            run.Append(new PlanRefused(attempt, ["Step \"x\" depends on itself."]));
        }

        run.Settle();

        run.State.End.ShouldNotBeNull().StopReason.ShouldBe(StopReason.Infrastructure);
        run.State.End.Report.ShouldContain("depends on itself");
    }

    [Fact]
    public void Decide_Paused_OwesNothingUntilResumed()
    {
        var run = new TestRun().Plan(TestRun.Step("a")).Append(new RunPaused("ada"));

        var paused = run.Decide();
        run.Append(new RunResumed("ada"));

        paused.Events.ShouldBeEmpty();
        paused.Owed.ShouldBeEmpty();
        paused.WaitsFor.ShouldBe("an operator to resume the run");
        run.Decide().Events.ShouldBe([new StepDispatched("a", 1)]);
    }

    [Fact]
    public void Decide_Cancelled_EndsAtOnceWhenNoCallRuns()
    {
        var run = Running("a").Append(new RunCancelRequested("ada"));

        run.Settle();

        run.State.End.ShouldNotBeNull().State.ShouldBe(RunPhase.Cancelled);
        run.State.End.StopReason.ShouldBe(StopReason.Operator);
    }

    [Fact]
    public void Decide_CancelledWithARunningCall_WaitsForItsOutcomeThenEnds()
    {
        var run = Running("a").StartCall("a", "a.1#1").Append(new RunCancelRequested("ada"));

        var waiting = run.Decide();
        run.FinishCall("a", "a.1#1", ToolCallOutcome.Cancelled).Settle();

        waiting.Owed.Single().Message.ShouldBeOfType<RunInterrupted>();
        waiting.WaitsFor.ShouldNotBeNull().ShouldContain("a.1#1");
        run.State.End.ShouldNotBeNull().State.ShouldBe(RunPhase.Cancelled);
    }

    [Fact]
    public void Decide_CancelledAndTheOwnerIsSilent_EndsAfterTheGraceAndNamesTheCall()
    {
        var run = Running("a").StartCall("a", "a.1#1").Append(new RunCancelRequested("ada"));
        run.Now += run.Options.CancelGrace;

        run.Settle();

        run.State.End.ShouldNotBeNull().Report.ShouldContain("[a.1#1] run_command was started and its outcome is not known");
    }

    [Fact]
    public void Decide_TooLong_StopsByBudget()
    {
        var run = Running("a");
        run.Now += run.Options.MaxRunTime + TimeSpan.FromSeconds(1);

        run.Settle();

        run.State.End.ShouldNotBeNull().State.ShouldBe(RunPhase.Stopped);
        run.State.End.StopReason.ShouldBe(StopReason.Budget);
    }

    [Fact]
    public void Decide_ApprovalRunsOut_SendsTheStepOnceMore()
    {
        var run = Running("a").AskApproval("a", "a.1#1", TestRun.Start.AddMinutes(5));

        var before = run.Decide();
        run.Now += TimeSpan.FromMinutes(6);

        before.Owed.ShouldBeEmpty();
        before.WaitsFor.ShouldNotBeNull().ShouldContain("a.1#1");
        run.Decide().Owed.Single().Message.ShouldBe(new ExecuteStep(run.State.RunId, "a", 1));
    }

    [Fact]
    public void Decide_Approved_OwesTheStepAsANewOccasion()
    {
        var run = new TestRun().Plan(TestRun.Step("a"));
        var first = run.Settle().Owed.Single();
        run.Lease("a").AskApproval("a", "a.1#1", TestRun.Start.AddMinutes(5));

        var second = run.Append(new ApprovalDecided("a.1#1", "a", true, "ada")).Decide().Owed.Single();

        second.Message.ShouldBe(first.Message);
        second.Stamp.ShouldNotBe(first.Stamp);
    }

    [Fact]
    public void Decide_AnotherOwner_OwesTheStepAsANewOccasion()
    {
        var run = new TestRun().Plan(TestRun.Step("a"));
        run.Settle();
        var first = run.Lease("a").Decide().Owed.Single();

        var second = run.Lease("a").Decide().Owed.Single();

        second.Message.ShouldBe(first.Message);
        second.Stamp.ShouldNotBe(first.Stamp);
        second.UnlessHeld.ShouldNotBeNull();
    }

    [Fact]
    public void Decide_ProposedPlan_IsTakenAndKeepsWhatIsFinished()
    {
        var run = new TestRun().Plan(TestRun.Step("a"), TestRun.Step("b", "a"));
        run.Settle();
        run.Accept("a").Settle();

        run.Append(new PlanProposed(new Plan("p", [TestRun.Step("a"), TestRun.Step("c", "a")]), "ada")).Settle();

        run.State.PlanVersion.ShouldBe(2);
        run.State.Step("a").Phase.ShouldBe(Agent.Journal.Runs.StepPhase.Accepted);
        run.State.Step("c").Phase.ShouldBe(Agent.Journal.Runs.StepPhase.Dispatched);
    }

    [Fact]
    public void Decide_ProposedPlanWithMistakes_IsRefusedAndTheRunPaused()
    {
        var run = new TestRun().Plan(TestRun.Step("a"));

        run.Append(new PlanProposed(new Plan("p", [TestRun.Step("x", "y"), TestRun.Step("y", "x")]), "ada")).Settle();

        run.State.PlanVersion.ShouldBe(1);
        run.State.Phase.ShouldBe(RunPhase.Paused);
        run.Events.OfType<RunPaused>().Single().Comment.ShouldNotBeNull().ShouldContain("circle");
    }

    static TestRun Running(string id)
    {
        var run = new TestRun().Plan(TestRun.Step(id));
        run.Settle();
        return run.Lease(id);
    }
}
