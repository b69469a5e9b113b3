using Agent.Contracts;
using Agent.Guardrails;
using Agent.Journal.Runs;
using Agent.Planner.Service.Runs;

namespace Agent.Planner.Service.Tests.Runs;

public sealed class PromotionDeciderTests
{
    static readonly WorkingCopyMade Made = new("/state/copies/1/tree", "base", 3, 99, []);
    static readonly ChangesFound Found = new("d1", 1, 0, 0, [new FileChange("a.txt", FileChangeKind.Added, 3, LinesAdded: 1)], "diff", []);

    [Fact]
    public void Decide_PolicyWantsNoCopy_IsAsBefore()
    {
        var run = new TestRun().Plan(TestRun.Step("a"));
        run.Settle();
        run.Accept("a").ReviewRun(Verdict.Accept).Settle();

        run.Events.OfType<WorkingCopyRequested>().ShouldBeEmpty();
        run.State.End!.Report.ShouldNotContain("Files changed");
        run.State.Directory.ShouldBe("/workspace");
    }

    [Fact]
    public void Decide_PolicyWantsACopy_BeginsNothingBeforeItIsMade()
    {
        var run = With([], approve: true);

        var decision = run.Settle();

        run.Events.OfType<StepDispatched>().ShouldBeEmpty();
        decision.Owed.ShouldHaveSingleItem().Message.ShouldBe(new TendWorkingCopy(run.State.RunId));
        decision.WaitsFor.ShouldBe("its working copy to be made");
        run.Append(Made).Settle();
        run.Events.OfType<StepDispatched>().ShouldHaveSingleItem();
        run.State.Directory.ShouldBe(Made.Directory);
    }

    [Fact]
    public void Decide_PolicyWantsACopyAfterTheRunHasBegun_GoesOnInTheWorkspace()
    {
        var run = new TestRun().Plan(TestRun.Step("a"), TestRun.Step("b", "a"));
        run.Settle();
        run.Accept("a").Options.WorkingCopy = new WorkingCopyLimits([], true);

        run.Settle();

        run.Events.OfType<WorkingCopyRequested>().ShouldBeEmpty();
    }

    [Fact]
    public void Decide_NoCopyCanBeMade_EndsTheRunAndSaysWhy()
    {
        var run = With([], approve: true);
        run.Settle();

        run.Append(new WorkingCopyFailed("the workspace has more than 5 files.")).Settle();

        run.State.End.ShouldNotBeNull().StopReason.ShouldBe(StopReason.Infrastructure);
        run.State.End.Detail.ShouldNotBeNull().ShouldContain("more than 5 files");
    }

    [Fact]
    public void Decide_AllAccepted_LooksChecksAsksPromotesAndThenSucceeds()
    {
        var run = Accepted([["dotnet", "test"], ["./lint.sh"]], approve: true);

        run.Settle().WaitsFor.ShouldBe("the run's changes to be looked at");
        run.Append(Found).Settle().WaitsFor.ShouldBe("check 1 of 2: dotnet test");
        run.Append(Check(0)).Settle().WaitsFor.ShouldBe("check 2 of 2: ./lint.sh");
        run.Append(Check(1)).Settle().WaitsFor.ShouldBe("a person to approve the changes");
        run.State.Phase.ShouldBe(RunPhase.WaitingApproval);
        run.State.Waited(run.Now + TimeSpan.FromHours(1)).ShouldBe(TimeSpan.FromHours(1));
        run.Append(new PromotionDecided("d1", true, "grace")).Settle().WaitsFor.ShouldBe("the changes to be promoted");
        run.Append(new PromotionStarted("d1", 1)).Settle().WaitsFor.ShouldBe("the changes to be written to the workspace");
        run.State.End.ShouldBeNull();
        run.Append(new PromotionEnded("d1", PromotionOutcome.Promoted, 1, [])).Settle();

        run.State.End.ShouldNotBeNull().State.ShouldBe(RunPhase.Succeeded);
        run.State.End.Report.ShouldContain("Promoted to the workspace, approved by grace.");
        run.State.End.Report.ShouldContain("- added `a.txt`, +1 −0");
        run.Events.OfType<PromotionApprovalRequested>().ShouldHaveSingleItem();
    }

    [Fact]
    public void Decide_NobodyIsToBeAsked_PromotesAtOnce()
    {
        var run = Accepted([], approve: false);
        run.Settle();

        run.Append(Found).Settle().WaitsFor.ShouldBe("the changes to be promoted");

        run.Events.OfType<PromotionApprovalRequested>().ShouldBeEmpty();
    }

    [Fact]
    public void Decide_NothingChanged_SucceedsWithoutChecksOrQuestion()
    {
        var run = Accepted([["dotnet", "test"]], approve: true);
        run.Settle();

        run.Append(Found with { Added = 0, Files = [] }).Settle();

        run.State.End.ShouldNotBeNull().State.ShouldBe(RunPhase.Succeeded);
        run.Events.OfType<PromotionApprovalRequested>().ShouldBeEmpty();
    }

    [Fact]
    public void Decide_ACheckFails_EndsTheRunWithoutPromotingAndSaysWhereTheChangesAre()
    {
        var run = Accepted([["dotnet", "test"], ["./lint.sh"]], approve: true);
        run.Append(Found).Settle();

        run.Append(Check(0) with { Passed = false, Argv = ["dotnet", "test"], ExitCode = 1, Output = "1 test failed" }).Settle();

        var end = run.State.End.ShouldNotBeNull();
        (end.State, end.StopReason).ShouldBe((RunPhase.Failed, StopReason.ReviewFailed));
        end.Detail.ShouldBe($"Check `dotnet test` failed with exit code 1: 1 test failed. The changes were not promoted; they are kept in {Made.Directory}.");
        end.Report.ShouldContain("**Not promoted.**");
    }

    [Fact]
    public void Decide_APersonRejects_StopsTheRun()
    {
        var run = Accepted([], approve: true);
        run.Append(Found).Settle();

        run.Append(new PromotionDecided("d1", false, "grace", "not on a Friday")).Settle();

        var end = run.State.End.ShouldNotBeNull();
        (end.State, end.StopReason).ShouldBe((RunPhase.Stopped, StopReason.Operator));
        end.Detail.ShouldNotBeNull().ShouldContain("grace rejected the changes: not on a Friday");
    }

    [Fact]
    public void Decide_AnAnswerToAnotherDifference_ChangesNothing()
    {
        var run = Accepted([], approve: true);
        run.Append(Found).Settle();

        run.Append(new PromotionDecided("d0", true, "grace")).Settle().WaitsFor.ShouldBe("a person to approve the changes");
    }

    [Fact]
    public void Decide_TheCopyIsAnotherThanWasApproved_ChecksAndAsksAnew()
    {
        var run = Accepted([["true"]], approve: true);
        run.Append(Found, Check(0)).Settle();
        run.Append(new PromotionDecided("d1", true, "grace")).Settle();

        run.Append(Found with { Digest = "d2" }).Settle().WaitsFor.ShouldBe("check 1 of 1: true");
        run.Append(Check(0) with { Digest = "d2" }).Settle().WaitsFor.ShouldBe("a person to approve the changes");

        run.Events.OfType<PromotionApprovalRequested>().Select(asked => asked.Digest).ShouldBe(["d1", "d2"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Decide_TheWorkspaceWasChangedMeanwhile_AsksAPersonWhateverPolicySays(bool approve)
    {
        var run = Accepted([], approve);
        run.Append(Found).Settle();
        if (approve)
        {
            run.Append(new PromotionDecided("d1", true, "grace")).Settle();
        }

        run.Append(new PromotionEnded("d1", PromotionOutcome.Conflict, 0, ["a.txt was changed in the workspace meanwhile"])).Settle().WaitsFor.ShouldBe("a person to approve the changes");

        run.State.WorkingCopy!.Asked!.Reason.ShouldContain("a.txt was changed in the workspace meanwhile");
        run.Append(new PromotionDecided("d1", true, "grace")).Settle().WaitsFor.ShouldBe("the changes to be promoted");
    }

    [Fact]
    public void Decide_CancelledWhileFilesAreWritten_LetsThePromotionComeToItsEndFirst()
    {
        var run = Accepted([], approve: false);
        run.Append(Found).Settle();
        run.Append(new PromotionStarted("d1", 1), new RunCancelRequested("ada")).Settle().WaitsFor.ShouldBe("the changes to be written to the workspace");
        run.State.OwedToCopy.ShouldBe(CopyWork.Promote);

        run.Append(new PromotionEnded("d1", PromotionOutcome.Promoted, 1, [])).Settle();

        run.State.End.ShouldNotBeNull().State.ShouldBe(RunPhase.Succeeded);
    }

    [Fact]
    public void Decide_CancelledBeforeAnythingIsWritten_EndsTheRun()
    {
        var run = Accepted([], approve: true);
        run.Append(Found).Settle();

        run.Append(new RunCancelRequested("ada")).Settle();

        run.State.End.ShouldNotBeNull().State.ShouldBe(RunPhase.Cancelled);
    }

    [Fact]
    public void Apply_AForkAfterTheCopyWasMade_NeedsOneOfItsOwn()
    {
        var run = With([], approve: true);
        run.Settle();
        run.Append(Made).Settle();
        run.Accept("a").ReviewRun(Verdict.Accept).Append(Found).Settle();
        var fork = new RunState(Guid.CreateVersion7());
        IRunEvent[] events = [run.Events[0], new RunForked(run.State.RunId, run.Events.Count, "h", "ada"), .. run.Events.Skip(1)];
        for (var place = 0; place < events.Length; place++)
        {
            fork.Apply(new Journal.JournalEntry(fork.RunId, place + 1, $"{place + 1:x64}", fork.Head.Hash, TestRun.Start, "test", RunEventTypes.NameOf(events[place]), 1, events[place], default));
        }

        fork.WorkingCopy.ShouldNotBeNull().Made.ShouldBeNull();
        fork.WorkingCopy.Forked.ShouldBe(Made);
        fork.WorkingCopy.Changes.ShouldBeNull();
        fork.OwedToCopy.ShouldBe(CopyWork.Make);
    }

    [Fact]
    public void For_WorkspaceWithARule_TakesItsModeAndTheRestFromAll()
    {
        var limits = BundleOf("working_copy: { checks: [[make, check]], approve: false }\nworkspaces:\n  - { path: /srv/prod, working_copy: { mode: copy, approve: true } }\n  - { path: /srv/lab, working_copy: { mode: copy, checks: [] } }\n").Limits;

        RunRules.With(new RunOptions(), limits, "/home/x").WorkingCopy.ShouldBeNull();
        var production = RunRules.With(new RunOptions(), limits, "/srv/prod/site").WorkingCopy.ShouldNotBeNull();
        (production.Approve, string.Join(' ', production.Checks.Single())).ShouldBe((true, "make check"));
        var lab = RunRules.With(new RunOptions(), limits, "/srv/lab").WorkingCopy.ShouldNotBeNull();
        (lab.Approve, lab.Checks.Count).ShouldBe((false, 0));
    }

    static TestRun With(IReadOnlyList<IReadOnlyList<string>> checks, bool approve) =>
        new TestRun { Options = { WorkingCopy = new WorkingCopyLimits(checks, approve) } }.Plan(TestRun.Step("a"));

    static TestRun Accepted(IReadOnlyList<IReadOnlyList<string>> checks, bool approve)
    {
        var run = With(checks, approve);
        run.Settle();
        run.Append(Made).Settle();
        run.Accept("a").ReviewRun(Verdict.Accept);
        return run;
    }

    static ChangesChecked Check(int place) => new("d1", place, ["true"], true, 0, "", "x", false, 1, "plain", "r", "b");

    static PolicyBundle BundleOf(string limits)
    {
        var result = PolicyBundle.Load(new Dictionary<string, string> { ["limits.yaml"] = limits, ["tools.yaml"] = "rules:\n  - { id: a, answer: allow, reason: Because., tools: [read_file] }\n" }, GuardrailSettings.None);
        result.Mistakes.ShouldBeEmpty();
        return result.Bundle!;
    }
}
