using System.Text.Json;
using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.Reviewer.Service.Checks;

namespace Agent.Reviewer.Service.Tests;

/// <summary>A step that was executed in a directory of its own, gone with the test.</summary>
sealed class ReviewedStep : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("agent-review-");

    public ReviewedStep(string answer = "the answer", string model = "some-model", params IReadOnlyList<AcceptanceCriterion> acceptance)
    {
        var run = new RunState(Guid.CreateVersion7());
        Append(run, new RunSubmitted("Do it", Workspace, "ada"));
        Append(run, new PlanAccepted(1, new Plan("A plan.", [new PlanStep("a", "A", "Do a", [], [], EffectClass.Pure, acceptance)])));
        Append(run, new StepDispatched("a", 1));
        Append(run, new StepLeased("a", 1, "executor-1", 1));
        Append(run, new ModelReplied("executor", "a", 1, 1, model, "", [], new TokenUsage(1, 1), "stop", 1, "digest"));
        Append(run, new ToolCallDecided("a.1#1", "a", 1, "run_command", JsonSerializer.SerializeToElement(new { argv = new[] { "make" } }), CallDecision.Allow, "rule", "", "digest"));
        Append(run, new ToolCallStarted("a.1#1", "a", 1, "run_command", "key", EffectClass.Pure, 1));
        Append(run, new ToolCallFinished("a.1#1", "a", 1, "run_command", ToolCallOutcome.Ok, """{"exit_code":2,"stdout":"","stderr":"boom"}""", new string('0', 64), false, 1, new ToolProvenance("1", null, "none", "digest", "rule")));
        Append(run, new StepExecuted("a", 1, answer, ["a.1#1"], 1));
        UnderReview = new StepUnderReview(run, run.Step("a"));
    }

    public StepUnderReview UnderReview { get; }

    public string Workspace => _directory.FullName;

    public string Write(string name, string text)
    {
        var path = Path.Combine(Workspace, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => _directory.Delete(recursive: true);

    static void Append(RunState run, IRunEvent runEvent) =>
        run.Apply(new JournalEntry(run.RunId, run.Head.Sequence + 1, $"{run.Head.Sequence + 1:x64}", run.Head.Hash, DateTimeOffset.UnixEpoch, "test", RunEventTypes.NameOf(runEvent), 1, runEvent, default));
}
