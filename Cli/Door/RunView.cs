using Agent.Contracts;

namespace Agent.Cli.Door;

/// <summary>A run as the door shows it; the part the command line uses.</summary>
sealed record RunView(
    Guid RunId, string Goal, string Workspace, RunPhase State, StopReason? StopReason, string? Detail, string? Report, IReadOnlyList<StepView> Steps,
    int PlanVersion, int ToolCalls, long Tokens, string? Model, long DurationMs, string? WaitingFor, string? WaitReason, string JournalHead, long JournalLength,
    DateTimeOffset SubmittedAt, decimal? CostUsd = null, IReadOnlyDictionary<string, UseView>? Usage = null)
{
    public bool HasEnded => State is RunPhase.Succeeded or RunPhase.Failed or RunPhase.Cancelled or RunPhase.Stopped;
}

/// <summary>One step of a run.</summary>
sealed record StepView(string Id, string Title, string State, int Attempts, string? Failure, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, UseView? Usage = null);

/// <summary>What model calls took.</summary>
sealed record UseView(int Calls, long Input, long Output, long Cached, long Reasoning, decimal? CostUsd);

/// <summary>A run to be submitted.</summary>
sealed record WantedRun(string Goal, string Workspace, bool? SignOff = null, int? Priority = null, string? Webhook = null);

/// <summary>A submitted run.</summary>
sealed record RunAccepted(Guid RunId, RunPhase State);

/// <summary>One line of a list of runs.</summary>
sealed record RunListItem(Guid RunId, string Goal, RunPhase State, StopReason? StopReason, DateTimeOffset SubmittedAt, int StepsDone, int StepsTotal);

sealed record RunList(IReadOnlyList<RunListItem> Runs);

/// <summary>Whether a run's chain holds.</summary>
sealed record ChainView(Guid RunId, bool Holds, long Entries, string Head, long? BrokenAt, string? Reason);
