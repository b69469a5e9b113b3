using Agent.Contracts;
using Agent.Llm.Offline;
using Agent.Planner.Service.Runs;

namespace Agent.Planner.Service.Tests.Runs;

public sealed class RunReportTests
{
    [Fact]
    public void Write_Succeeded_PutsTheLastStepsAnswerFirst()
    {
        var run = new TestRun("Describe | this").Plan(TestRun.Step("a"), TestRun.Step("b", "a"));
        run.Settle();
        run.Accept("a").Settle();
        run.Lease("b").StartCall("b", "b.1#1").FinishCall("b", "b.1#1").Execute("b", "# The answer").Review("b", Verdict.Accept);

        var report = RunReport.Write(run.State, RunPhase.Succeeded, StopReason.Done, null, TestRun.Start.AddSeconds(2));

        report.ShouldStartWith("# The answer\n");
        report.ShouldContain("## Along the way\n\nStep a: answer of a\n");
        report.ShouldContain("Outcome: succeeded, done, after 2.0 s");
        report.ShouldContain("| b | Title of b | accepted | 1 |");
        report.ShouldContain("- [b.1#1] run_command");
    }

    [Fact]
    public void Write_ResultRepeatsAStepsAnswer_ItIsNotShownTwice()
    {
        var run = new TestRun().Plan(TestRun.Step("a"), TestRun.Step("b", "a"));
        run.Settle();
        run.Accept("a").Settle();
        run.Lease("b").Execute("b", "All of it: answer of a").Review("b", Verdict.Accept);

        RunReport.Write(run.State, RunPhase.Succeeded, StopReason.Done, null, TestRun.Start).ShouldNotContain("Along the way");
    }

    [Fact]
    public void Write_CutShort_NeverLooksLikeASuccess()
    {
        var run = new TestRun().Plan(TestRun.Step("a"), TestRun.Step("b", "a"));
        run.Settle();
        run.Accept("a").Settle();
        run.Lease("b").Fail("b", "tool");

        var report = RunReport.Write(run.State, RunPhase.Failed, StopReason.ReviewFailed, "Step b failed.", TestRun.Start);

        report.ShouldStartWith("**Not done: failed (review failed).** Step b failed.");
        report.ShouldContain("## Partial result\n\nStep a:\n\nanswer of a");
        report.ShouldContain("Step b failed (tool): it broke");
    }

    [Fact]
    public void Write_OfflineModel_NamesItselfAndItsLimits()
    {
        var run = new TestRun().Append(new ModelReplied("planner", null, 1, 1, OfflineChatClient.ModelId, "{}", [], new TokenUsage(0, 0), "stop", 1, "digest"));

        var report = RunReport.Write(run.State, RunPhase.Failed, StopReason.InvalidGoal, "Unknown goal.", TestRun.Start);

        report.ShouldContain("`offline-rules`");
        report.ShouldContain(OfflineAbilities.Limits);
    }
}
