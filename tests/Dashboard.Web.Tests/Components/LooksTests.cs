using Agent.Contracts;
using Agent.Dashboard.Web.Components.Parts;
using Agent.Dashboard.Web.Runs;
using Agent.Dashboard.Web.Tests.Samples;
using Agent.Journal.Runs;

namespace Agent.Dashboard.Web.Tests.Components;

public class LooksTests
{
    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(840, "840 ms")]
    [InlineData(3_249, "3.2 s")]
    [InlineData(59_990, "59.9 s")]
    [InlineData(247_000, "4 min 07 s")]
    [InlineData(7_500_000, "2 h 05 min")]
    [InlineData(273_600_000, "3 d 4 h")]
    public void Span_AnyLength_IsReadable(long milliseconds, string text) => Looks.Span(TimeSpan.FromMilliseconds(milliseconds)).ShouldBe(text);

    [Theory]
    [InlineData(310, "+0.31")]
    [InlineData(187_500, "+3:07.5")]
    [InlineData(3_723_000, "+1:02:03")]
    public void Offset_AnyDistance_IsReadable(long milliseconds, string text) => Looks.Offset(TimeSpan.FromMilliseconds(milliseconds)).ShouldBe(text);

    [Fact]
    public void Sign_EveryEndOfARun_DiffersFromSuccessWithoutColour()
    {
        foreach (var end in (RunPhase[])[RunPhase.Failed, RunPhase.Cancelled, RunPhase.Stopped])
        {
            Looks.Sign(RunPhases.Name(end)).ShouldNotBe(Looks.Sign("succeeded"));
        }
    }

    [Fact]
    public void Class_EveryStepState_IsMeant()
    {
        foreach (var phase in Enum.GetValues<StepPhase>().Except([StepPhase.Pending, StepPhase.Dispatched]))
        {
            Looks.Class(RunPhases.NameOf(phase)).ShouldNotBe("quiet", phase.ToString());
        }
    }

    [Fact]
    public void Tell_EveryEventOfARun_SaysMoreThanItsName()
    {
        var now = TimeProvider.System.GetUtcNow();
        IRunEvent[] events =
        [
            .. SampleRuns.Succeeded(), .. SampleRuns.Failed(), .. SampleRuns.WaitingForApproval(now),
            new ApprovalDecided("a.1#1", "a", true, "local"), new ToolCallUnknown("a.1#1", "a", 1, "git", "died"), new ToolCallResolved("a.1#1", "a", true, "local"),
            new ToolCallCheckRequested("a.1#1", "a", 1, "read_file", default, "local", "v7"),
            new ToolCallChecked("a.1#1", "a", 1, 1, "read_file", default, CallDecision.Allow, "rule", "", ToolCallOutcome.Ok, "released v7", "d1", false, 1, new ToolProvenance("1", null, "none", "b1", "rule")),
            new RunWaiting("capacity", "429"), new RunWaitEnded("capacity"), new RunPaused("local"), new RunResumed("local"), new RunCancelRequested("local"),
            new StepRetryRequested("a", "local"), new PlanProposed(SampleRuns.DescribePlan, "local"), new OperatorMessage("local", "leave vendor/ out"), new RunForked(Guid.CreateVersion7(), 12, new string('a', 64), "local"),
            new ApprovalVoided("a.1#1", "a", 1, [new ApprovalDifference("bundle", "b1", "b2")]), new ApprovalExpired("a.1#1", "a", 1, now),
            new ToolCallEdited("a.1#1", "a", 1, "git", default, default, "local", CallDecision.Ask, "asks", "why", "b1"),
            new CriticalStateEntered(CriticalState.Deadlock, "another_way", "the same again", "a", 1),
            new PlanSignOffRequested(1, "policy"), new PlanSignOffDecided(1, true, "local"), new RunPriorityChanged(9, "local"), new CanaryAssigned(1, "b1", 0.1), new BudgetRaised("tokens", 5, "local"), new KillSwitchEngaged(1, "local"), new KillSwitchLifted(1, "local"),
            new WorkingCopyRequested([["dotnet", "test"]], true, "policy"), new WorkingCopyMade("/state/copies/1/tree", "b1", 12, 3456, [], "c0ffee"), new WorkingCopyFailed("too many files"),
            new ChangesFound("d1", 1, 1, 1, [new FileChange("a.txt", FileChangeKind.Changed, 7, true, 2, 1, "mode 644 → 755")], "d2", [], "c0ffef"),
            new ChangesChecked("d1", 0, ["dotnet", "test"], false, 1, "1 failed", "d3", true, 12.5, "bubblewrap", "working_copy.checks", "b1"),
            new PromotionApprovalRequested("d1", "policy"), new PromotionDecided("d1", true, "local", "go on"), new PromotionStarted("d1", 3), new PromotionEnded("d1", PromotionOutcome.Promoted, 3, []),
        ];

        events.Select(RunEventTypes.NameOf).Distinct().Order().ShouldBe(RunEventTypes.All.Keys.Order());
        events.ShouldAllBe(runEvent => EventStory.Tell(runEvent).Text != RunEventTypes.NameOf(runEvent));
    }
}
