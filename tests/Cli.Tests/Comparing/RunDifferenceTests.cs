using System.Text.Json;
using Agent.Cli.Comparing;
using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Replaying;
using Agent.Journal.Runs;

namespace Agent.Cli.Tests.Comparing;

public class RunDifferenceTests
{
    static readonly Guid A = Guid.Parse("01900000-0000-7000-8000-00000000000a");
    static readonly Guid B = Guid.Parse("01900000-0000-7000-8000-00000000000b");
    static readonly Plan Plan = new("One step.", [new PlanStep("look", "Look", "Look.", [], [], EffectClass.Pure, [])]);

    static readonly IRunEvent[] Common = [new RunSubmitted("Count", "/w", "ada"), new PlanAccepted(1, Plan), new StepDispatched("look", 1)];

    [Fact]
    public void Of_ForkThatGoesAnotherWay_NamesTheFirstEntryOfEachAndWhatCameOut()
    {
        var origin = Run(A, [.. Common, Leased("one", 1), Decided("a.txt", CallDecision.Allow), Finished("12"), new RunEnded(RunPhase.Succeeded, StopReason.Done, "")]);
        var fork = Run(B, [Common[0], new RunForked(A, 3, "hash", "grace"), .. Common[1..], Leased("two", 9), Decided("b.txt", CallDecision.Deny), new RunEnded(RunPhase.Failed, StopReason.Policy, "")]);

        var difference = RunDifference.Of(origin, fork);

        difference.Lineage.ShouldBe("B was forked from A after entry 3");
        difference.SameEntries.ShouldBe(4);
        (difference.PartAt!.A!.Sequence, difference.PartAt.B!.Sequence, difference.PartAt.A.Type).ShouldBe((5, 6, "ToolCallDecided"));
        (difference.A.State, difference.B.State, difference.B.StopReason).ShouldBe((RunPhase.Succeeded, RunPhase.Failed, StopReason.Policy));
        var call = difference.Calls.ShouldHaveSingleItem();
        (call.Id, call.A!.Decision, call.B!.Decision, call.A.Outcome, call.B.Outcome).ShouldBe(("look.1#1", CallDecision.Allow, CallDecision.Deny, ToolCallOutcome.Ok, null));
        var text = RunDifferenceText.Of(difference);
        text.ShouldContain("A entry 5: ToolCallDecided");
        text.ShouldContain("B entry 6: ToolCallDecided");
    }

    [Fact]
    public void Of_OneThatGoesFurther_SaysSo()
    {
        var difference = RunDifference.Of(Run(A, Common), Run(B, [.. Common, Leased("one", 1)]));

        difference.SameEntries.ShouldBe(3);
        difference.PartAt.ShouldNotBeNull().A.ShouldBeNull();
        difference.PartAt.B!.Type.ShouldBe(nameof(StepLeased));
        difference.Steps.ShouldHaveSingleItem().B!.State.ShouldBe(StepPhase.Running);
        RunDifferenceText.Of(difference).ShouldContain("A has no further entry");
    }

    [Fact]
    public void Of_TheSameRun_HasNothing()
    {
        var difference = RunDifference.Of(Run(A, Common), Run(A, Common));

        (difference.PartAt, difference.Lineage, difference.Steps.Count, difference.Calls.Count).ShouldBe((null, null, 0, 0));
    }

    static StepLeased Leased(string owner, long token) => new("look", 1, owner, token);

    static ToolCallDecided Decided(string path, CallDecision decision) => new("look.1#1", "look", 1, "read_file", JsonSerializer.SerializeToElement(new { path }), decision, "rule", "why", "b");

    static ToolCallFinished Finished(string output) => new("look.1#1", "look", 1, "read_file", ToolCallOutcome.Ok, output, "digest", false, 3, new ToolProvenance("1", null, "none", "b", "rule"));

    static RecordedRun Run(Guid runId, IReadOnlyList<IRunEvent> events) => new(
        [.. events.Select((happened, at) => new JournalEntry(runId, at + 1, $"{at + 1:x64}", $"{at:x64}", DateTimeOffset.UnixEpoch, "test", RunEventTypes.NameOf(happened), 1, happened, default))]);
}
