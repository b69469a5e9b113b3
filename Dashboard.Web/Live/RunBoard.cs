using System.Text.Encodings.Web;
using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Api.Runs;
using Agent.Dashboard.Web.Runs;
using Agent.Journal;
using Agent.Journal.Runs;

namespace Agent.Dashboard.Web.Live;

/// <summary>All a run's page shows, taken at one moment; immutable, so that pages can render it while the run goes on.</summary>
public sealed record RunBoard(
    RunView Run,
    PlanGraph Graph,
    IReadOnlyList<StepCard> Steps,
    IReadOnlyList<TurnCard> Conversation,
    IReadOnlyList<TimelineLine> Timeline,
    IReadOnlyList<PendingCall> Pending)
{
    /// <summary>The present plan; null before the first.</summary>
    public Plan? Plan { get; private init; }

    public bool IsOver => Run.State.IsEnd();

    /// <param name="before">The board of an earlier moment: what can not have changed is taken from it.</param>
    public static RunBoard Of(RunState run, IReadOnlyList<JournalEntry> entries, RunBoard? before = null)
    {
        var calls = run.Calls.Select(call => CallCard.Of(call.Key, call.Value)).ToLookup(call => call.StepId, StringComparer.Ordinal);
        return new RunBoard(
            RunView.Of(run, run.UpdatedAt),
            before is not null && ReferenceEquals(before.Plan, run.Plan) ? before.Graph : PlanGraph.Of(run.Plan?.Steps ?? []),
            [.. run.Steps.Select(step => StepCard.Of(step, [.. calls[step.Id]]))],
            [.. entries.Where(entry => entry.Event is ModelReplied).Select(TurnCard.Of)],
            [.. before?.Timeline ?? [], .. entries.Skip(before?.Timeline.Count ?? 0).Select(entry => new TimelineLine(entry.Sequence, entry.At - run.SubmittedAt, entry.At, entry.Type, EventStory.Tell(entry.Event)))],
            run.End is null ? [.. PendingCalls.Of(run)] : [])
        {
            Plan = run.Plan,
        };
    }

    /// <summary>How long the run has taken: up to now while it goes on.</summary>
    public TimeSpan Took(DateTimeOffset now) => (IsOver ? Run.UpdatedAt : now) - Run.SubmittedAt;
}

/// <summary>One step with all that was done for it.</summary>
public sealed record StepCard(StepView Step, PlanStep Definition, string? Feedback, string? Owner, StepReviewed? Review, IReadOnlyList<CallCard> Calls)
{
    public static StepCard Of(StepState step, IReadOnlyList<CallCard> calls) => new(
        StepView.Of(step), step.Definition, step.Feedback, step.Owner, step.Review, calls);

    public TimeSpan? Took(DateTimeOffset now) =>
        Step.StartedAt is { } started ? (Step.EndedAt ?? (Step.State == StepPhase.Running ? now : null)) - started : null;
}

/// <summary>One tool call: what was asked, who said it may be, what came back.</summary>
public sealed record CallCard(
    string CallId, string StepId, string Tool, JsonElement Arguments, CallDecision Decision, string Rule, string Reason, string BundleDigest,
    string State, ApprovalDecided? Answer, ToolCallUnknown? Unknown, EffectClass? Effect, ToolCallFinished? Finished)
{
    /// <summary>All answers to the question that holds.</summary>
    public IReadOnlyList<ApprovalDecided> Answers { get; init; } = [];

    public ToolCallEdited? Edited { get; init; }

    public IReadOnlyList<PastQuestion> PastQuestions { get; init; } = [];

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static CallCard Of(string callId, ToolCallState call)
    {
        var decided = call.Decided;
        return new CallCard(
            callId, decided.StepId, decided.Tool, call.Arguments, decided.Decision, decided.Rule, decided.Reason, decided.BundleDigest,
            StateOf(call), call.ApprovalAnswer, call.Unknown, call.Started?.Effect, call.Finished)
        {
            Answers = call.ApprovalAnswers,
            Edited = call.Edited,
            PastQuestions = call.PastQuestions,
        };
    }

    /// <summary>Arguments as a person reads them.</summary>
    public static string Pretty(JsonElement arguments) => JsonSerializer.Serialize(arguments, Indented);

    static string StateOf(ToolCallState call) => call switch
    {
        { Finished: { } finished } => RunPhases.NameOf(finished.Outcome),
        { IsUnresolved: true } => "unknown",
        { Resolved: { } resolved } => resolved.Happened ? "happened" : "did_not_happen",
        { IsUnanswered: true } => "waiting_approval",
        { ApprovalAnswer: { Approved: false } } => "denied",
        { Started: not null } => "running",
        { ApprovalAnswer: { Approved: true } } => "approved",
        _ => call.Decided.Decision == CallDecision.Deny ? "denied" : "decided",
    };
}

/// <summary>One model reply.</summary>
public sealed record TurnCard(long Sequence, ModelReplied Reply)
{
    public static TurnCard Of(JournalEntry entry) => new(entry.Sequence, (ModelReplied)entry.Event);
}

/// <summary>One line of the timeline, by its distance from the submission.</summary>
public sealed record TimelineLine(long Sequence, TimeSpan Offset, DateTimeOffset At, string Type, Told Told);
