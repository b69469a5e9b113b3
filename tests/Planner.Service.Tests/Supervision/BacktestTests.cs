using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Replaying;
using Agent.Planner.Service.Runs;
using Agent.Planner.Service.Supervision;
using Agent.Planner.Service.Tests.Runs;

namespace Agent.Planner.Service.Tests.Supervision;

public class BacktestTests
{
    [Fact]
    public void Of_TheThresholdsThatHeld_FindsWhatWasFound()
    {
        var answer = Answer(Stuck(times: 3), new RunOptions());

        Count(answer, CriticalState.Deadlock).ShouldBe(new StateCount(CriticalState.Deadlock, 1, 1, 0, 0));
        answer.Differing.ShouldBeEmpty();
    }

    [Fact]
    public void Of_LooserThresholds_SaysWhatWouldNotHaveBeenFound()
    {
        var answer = Answer(Stuck(times: 3), With(limits => limits with { DeadlockRepeats = 5 }));

        Count(answer, CriticalState.Deadlock).ShouldBe(new StateCount(CriticalState.Deadlock, 1, 0, 0, 1));
        var difference = answer.Differing.ShouldHaveSingleItem().Differences.ShouldHaveSingleItem();
        (difference.Change, difference.StepId, difference.Attempt, difference.IsFirst).ShouldBe(("gone", "a", 1, true));
    }

    [Fact]
    public void Of_TighterThresholds_SaysAfterWhichEntryItWouldHaveBeenFound()
    {
        var run = Running();
        for (var number = 1; number <= 4; number++)
        {
            run.AppendDistinctFailure("a", number);
        }

        var answer = Answer(run, With(limits => limits with { ConsecutiveFailures = 3 }));

        Count(answer, CriticalState.Panic).ShouldBe(new StateCount(CriticalState.Panic, 0, 1, 1, 0));
        var difference = answer.Differing.ShouldHaveSingleItem().Differences.ShouldHaveSingleItem();
        (difference.Change, difference.State).ShouldBe(("new", CriticalState.Panic));
        run.Events[(int)difference.Sequence - 1].ShouldBeOfType<ToolCallFinished>().CallId.ShouldBe("a.1#3");
    }

    [Fact]
    public void Of_HubrisAndScarcity_AreFoundByTheirThresholdsToo()
    {
        var run = new TestRun().Plan(TestRun.Step("a") with { Tools = ["read_file"] });
        run.Settle();
        run.Lease("a").Execute("a");

        var answer = Answer(run, new RunOptions { Supervision = SupervisionLimits.Default with { ScarcityShare = 1 } });

        Count(answer, CriticalState.Scarcity).New.ShouldBe(1);
        Count(answer, CriticalState.Hubris).New.ShouldBe(1);
    }

    [Fact]
    public void Of_PausedRun_FindsNothingMeanwhile()
    {
        var run = Running().Append(new RunPaused("ada"));
        for (var number = 1; number <= 6; number++)
        {
            run.AppendDistinctFailure("a", number);
        }

        Count(Answer(run, new RunOptions()), CriticalState.Panic).Would.ShouldBe(0);
    }

    static TestRun Running()
    {
        var run = new TestRun().Plan(TestRun.Step("a"));
        run.Settle();
        return run.Lease("a");
    }

    static TestRun Stuck(int times)
    {
        var run = Running();
        for (var number = 1; number <= times; number++)
        {
            run.StartCall("a", $"a.1#{number}").FinishCall("a", $"a.1#{number}");
        }

        run.Settle();
        return run;
    }

    static RunOptions With(Func<SupervisionLimits, SupervisionLimits> change) => new() { Supervision = change(SupervisionLimits.Default) };

    static StateCount Count(BacktestAnswer answer, CriticalState state) => answer.States.Single(count => count.State == state);

    static BacktestAnswer Answer(TestRun run, RunOptions options) => Backtest.Answer([Backtest.Of(
        new RecordedRun([.. run.Events.Select((happened, at) => new JournalEntry(
            run.State.RunId, at + 1, $"{at + 1:x64}", $"{at:x64}", TestRun.Start, "test", RunEventTypes.NameOf(happened), 1, happened, default))]),
        options)]);
}
