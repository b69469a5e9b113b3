using System.Text.Json;
using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.Planner.Service.Runs;

namespace Agent.Planner.Service.Tests.Runs;

/// <summary>A run's journal in memory.</summary>
sealed class TestRun
{
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    static readonly ToolProvenance Provenance = new("1", null, "none", "digest", "rule");

    public TestRun(string goal = "Do it")
    {
        State = new RunState(Guid.CreateVersion7());
        Append(new RunSubmitted(goal, "/workspace", "ada"));
    }

    public RunState State { get; }

    public DateTimeOffset Now { get; set; } = Start;

    public List<IRunEvent> Events { get; } = [];

    public RunOptions Options { get; } = new();

    public TestRun Append(params IEnumerable<IRunEvent> events)
    {
        foreach (var runEvent in events)
        {
            Events.Add(runEvent);
            var head = State.Head;
            State.Apply(new JournalEntry(State.RunId, head.Sequence + 1, $"{head.Sequence + 1:x64}", head.Hash, Now, "test", RunEventTypes.NameOf(runEvent), 1, runEvent, default));
        }

        return this;
    }

    public RunDecision Decide() => RunDecider.Decide(State, Now, Options);

    /// <summary>Appends what follows until nothing more does.</summary>
    public RunDecision Settle()
    {
        for (var round = 0; round < 100; round++)
        {
            var decision = Decide();
            if (decision.Events.Count == 0)
            {
                return decision;
            }

            Append(decision.Events);
        }

        throw new InvalidOperationException("The decider never comes to rest.");
    }

    public TestRun Plan(params IReadOnlyList<PlanStep> steps) => Append(new PlanAccepted(State.PlanVersion + 1, new Plan("A plan.", steps)));

    public static PlanStep Step(string id, params IReadOnlyList<string> dependsOn) =>
        new(id, $"Title of {id}", $"Do {id}", dependsOn, [], EffectClass.Pure, [new(CriterionKind.AnswerGiven)]);

    public TestRun Lease(string id) => Append(new StepLeased(id, State.Step(id).Attempt, "executor-1", State.Step(id).Token + 1));

    public TestRun Execute(string id, string? answer = null) =>
        Append(new StepExecuted(id, State.Step(id).Attempt, answer ?? $"answer of {id}", [], State.Step(id).Token));

    public TestRun Fail(string id, string code, bool isRetryable = false) =>
        Append(new StepFailed(id, State.Step(id).Attempt, code, "it broke", isRetryable, State.Step(id).Token));

    public TestRun Review(string id, Verdict verdict, string feedback = "feedback") => Append(new StepReviewed(id, State.Step(id).Attempt, verdict, feedback, []));

    public TestRun ReviewRun(Verdict verdict, string feedback = "feedback") => Append(new RunReviewed(State.PlanVersion, verdict, feedback, []));

    public TestRun Accept(string id) => Lease(id).Execute(id).Review(id, Verdict.Accept);

    public TestRun StartCall(string step, string callId) => Append(
        new ToolCallDecided(callId, step, State.Step(step).Attempt, "run_command", JsonSerializer.SerializeToElement(new { argv = new[] { "ls" } }), CallDecision.Allow, "rule", "reason", "digest"),
        new ToolCallStarted(callId, step, State.Step(step).Attempt, "run_command", "key", EffectClass.Irreversible, State.Step(step).Token));

    public TestRun FinishCall(string step, string callId, ToolCallOutcome outcome = ToolCallOutcome.Ok) =>
        Append(new ToolCallFinished(callId, step, State.Step(step).Attempt, "run_command", outcome, "output", "digest", false, 12, Provenance));

    public TestRun AppendDistinctFailure(string step, int number) => Append(
        new ToolCallDecided($"{step}.{State.Step(step).Attempt}#{number}", step, State.Step(step).Attempt, "read_file", JsonSerializer.SerializeToElement(new { path = $"{number}" }), CallDecision.Allow, "rule", "", "digest"),
        new ToolCallFinished($"{step}.{State.Step(step).Attempt}#{number}", step, State.Step(step).Attempt, "read_file", ToolCallOutcome.Error, "error: no such file", $"digest {number}", false, 1, Provenance));

    public TestRun AskApproval(string step, string callId, DateTimeOffset expiresAt) => Append(
        new ToolCallDecided(callId, step, State.Step(step).Attempt, "run_command", JsonSerializer.SerializeToElement(new { argv = new[] { "rm" } }), CallDecision.Ask, "rule", "reason", "digest"),
        new ApprovalRequested(callId, step, State.Step(step).Attempt, "run_command", JsonSerializer.SerializeToElement(new { argv = new[] { "rm" } }), "rule", "reason", "digest", expiresAt));
}
