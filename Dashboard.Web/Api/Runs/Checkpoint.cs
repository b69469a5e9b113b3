using Agent.Contracts;
using Agent.Journal;

namespace Agent.Dashboard.Web.Api.Runs;

/// <summary>A position in a journal where a unit of work is whole: what stands before it is never done again.</summary>
/// <param name="After">The event that made it.</param>
sealed record Checkpoint(long Sequence, string Hash, DateTimeOffset At, string After, string? StepId, string? CallId)
{
    /// <summary>The checkpoint an entry makes; null if it makes none.</summary>
    public static Checkpoint? Of(JournalEntry entry) => entry.Event switch
    {
        StepExecuted step => Make(entry, step.StepId),
        StepReviewed step => Make(entry, step.StepId),
        StepFailed step => Make(entry, step.StepId),
        ToolCallFinished call => Make(entry, call.StepId, call.CallId),
        ToolCallResolved call => Make(entry, call.StepId, call.CallId),
        ApprovalDecided call => Make(entry, call.StepId, call.CallId),
        RunSubmitted or PlanAccepted or RunReviewed or RunPaused or RunResumed or RunCancelRequested or RunEnded => Make(entry),
        _ => null,
    };

    static Checkpoint Make(JournalEntry entry, string? stepId = null, string? callId = null) =>
        new(entry.Sequence, entry.Hash, entry.At, entry.Type, stepId, callId);
}
