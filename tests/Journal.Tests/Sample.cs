using System.Text.Json;
using Agent.Contracts;

namespace Agent.Journal.Tests;

/// <summary>One of each event, with every member set.</summary>
static class Sample
{
    static readonly ToolProvenance Provenance = new("1.2.0", "sha256:aa", "bubblewrap", "b1", "read-workspace", "files");

    static readonly Guid Request = new("01890a5d-ac96-774b-bcce-b302099a8058");

    public static RunSubmitted Submitted(string goal = "Count the files") => new(goal, "/workspace", "ada", "key-1", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true, 7, "schedule nightly", "ci");

    public static Plan Plan(params string[] steps) => new("Look, then say.", [.. steps.Select((id, position) => Step(id, position == 0 ? [] : [steps[position - 1]]))]);

    public static PlanStep Step(string id, params string[] dependsOn) =>
        new(id, $"Do {id}", $"Do {id} well.", dependsOn, ["read_file"], EffectClass.Pure, [new AcceptanceCriterion(CriterionKind.FileContains, "a.txt", "x", ["true"], "{}")]);

    public static ToolCallDecided Decided(string callId, string stepId = "survey", int attempt = 1) =>
        new(callId, stepId, attempt, "read_file", Json("""{"path":"a.txt"}"""), CallDecision.Allow, "read-workspace", "reading is fine", "b1", "call_9");

    public static ModelReplied Replied(string? stepId = "survey", int attempt = 1, int turn = 1, string role = "executor") =>
        new(role, stepId, attempt, turn, "gpt-4o-mini", "Let me look.", [new RequestedCall("call_9", "read_file", Json("""{"path":"a.txt"}"""))], new TokenUsage(100, 20, 60, 8), "tool_calls", 12.5, "d1", 4, "d2", "First look.", ["read_file"]);

    public static ToolCallStarted Started(string callId, string stepId = "survey", int attempt = 1) => new(callId, stepId, attempt, "read_file", "k1", EffectClass.Pure, 7);

    public static ToolCallFinished Finished(string callId, string stepId = "survey", int attempt = 1) =>
        new(callId, stepId, attempt, "read_file", ToolCallOutcome.Ok, "text", "d2", false, 3.5, Provenance);

    public static IRunEvent[] All { get; } =
    [
        Submitted(),
        Replied(),
        new PlanRefused(1, ["no steps"]),
        new PlanAccepted(1, Plan("survey", "report")),
        new StepDispatched("survey", 1, "look closer"),
        new StepLeased("survey", 1, "executor-1", 7),
        Decided("survey.1#1"),
        new ApprovalRequested("survey.1#1", "survey", 1, "write_file", Json("""{"path":"b.txt","text":"é"}"""), "ask-writes", "writes are asked for", "b1", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "1.2.0", "bubblewrap", 2, true),
        new ApprovalDecided("survey.1#1", "survey", true, "grace", "go on", Json("""{"path":"c.txt"}"""), "s1"),
        new ApprovalVoided("survey.1#1", "survey", 1, [new ApprovalDifference("bundle", "b1", "b2")]),
        new ApprovalExpired("survey.1#1", "survey", 1, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)),
        new ToolCallEdited("survey.1#1", "survey", 1, "write_file", Json("""{"path":"b.txt"}"""), Json("""{"path":"c.txt"}"""), "grace", CallDecision.Ask, "ask-writes", "writes are asked for", "b1"),
        Started("survey.1#1"),
        Finished("survey.1#1"),
        new ToolCallUnknown("survey.1#2", "survey", 1, "run_command", "the executor died"),
        new ToolCallResolved("survey.1#2", "survey", false, "grace", "it did not", 1),
        new ToolCallCheckRequested("survey.1#2", "survey", 1, "read_file", Json("""{"path":"log.txt"}"""), "grace", "deployed v7", "let us look", Request),
        new ToolCallChecked("survey.1#2", "survey", 1, 1, "read_file", Json("""{"path":"log.txt"}"""), CallDecision.Allow, "read-workspace", "reading is fine", ToolCallOutcome.Ok, "text", "d3", true, 2.5, Provenance),
        new StepExecuted("survey", 1, "12 files [survey.1#1]", ["survey.1#1"], 7),
        new StepFailed("survey", 1, "tool", "no such file", true, 7),
        new StepReviewed("survey", 1, Verdict.Accept, "good", [new CheckResult("answer_given", true, "survey.1#1", Verdict.Retry)]),
        new RunReviewed(1, Verdict.Accept, "good", [new CheckResult("judged", true, "entry 12", Verdict.Replan)]),
        new RunWaiting("capacity", "429", "survey"),
        new RunWaitEnded("capacity", "survey"),
        new RunPaused("ada", "lunch", Request),
        new RunResumed("ada", "back", Request),
        new RunCancelRequested("ada", "enough", Request),
        new StepRetryRequested("survey", "ada", "look into docs/ too", Request),
        new OperatorMessage("ada", "leave vendor/ out", "survey", Request),
        new RunForked(new Guid("01890a5d-ac96-774b-bcce-b302099a8057"), 12, new string('a', 64), "ada"),
        new PlanProposed(Plan("survey"), "ada", "shorter", true),
        new PlanSignOffRequested(1, "policy wants it"),
        new PlanSignOffDecided(1, false, "grace", "too much at once"),
        new WorkingCopyRequested([["dotnet", "test"], ["./lint.sh"]], true, "policy wants it"),
        new WorkingCopyMade("/state/copies/1/tree", "b1", 12, 3456, ["pipe: it is neither file, directory nor link"], "c0ffee"),
        new WorkingCopyFailed("the workspace has more than 100000 files"),
        new ChangesFound("d1", 1, 1, 1, [new FileChange("a.txt", FileChangeKind.Changed, 7, true, 2, 1, "mode 644 → 755")], "d2", ["bin/x.dll"], "c0ffef"),
        new ChangesChecked("d1", 0, ["dotnet", "test"], false, 1, "1 failed", "d3", true, 12.5, "bubblewrap", "working_copy.checks", "b1"),
        new PromotionApprovalRequested("d1", "policy wants it"),
        new PromotionDecided("d1", true, "grace", "go on"),
        new PromotionStarted("d1", 3),
        new PromotionEnded("d1", PromotionOutcome.Conflict, 1, ["a.txt was changed in the workspace meanwhile"]),
        new RunPriorityChanged(9, "ada", "it is wanted now", Request),
        new CanaryAssigned(3, "5f1c", 0.1),
        new BudgetRaised("tokens", 50000, "ada", "it is worth it"),
        new KillSwitchEngaged(3, "ada", "something is wrong"),
        new KillSwitchLifted(3, "ada", "it was nothing"),
        new CriticalStateEntered(CriticalState.Deadlock, "another_way", "the same again", "survey", 1),
        new RunEnded(RunPhase.Succeeded, StopReason.Done, "# Report", "all steps accepted"),
    ];

    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement.Clone();
}
