using System.Text.Json.Serialization;
using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Dashboard.Web.Runs;

/// <summary>Where a question stands: five different things.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ApprovalState>))]
public enum ApprovalState
{
    /// <summary>Not settled: nobody, or not enough people, have answered.</summary>
    Pending,

    /// <summary>As many said yes as must.</summary>
    Approved,

    /// <summary>Somebody said no.</summary>
    Denied,

    /// <summary>Not settled in time.</summary>
    Expired,

    /// <summary>What was asked about is not what would happen any more, or its run has ended.</summary>
    Void,
}

static class ApprovalStates
{
    public static ApprovalState Of(ToolCallState call, bool runHasEnded, DateTimeOffset now) => call switch
    {
        { ApprovalAnswer.Approved: true } => ApprovalState.Approved,
        { ApprovalAnswer.Approved: false } => ApprovalState.Denied,
        { ApprovalHasExpired: true } => ApprovalState.Expired,
        { Finished: not null } => ApprovalState.Void,
        { Approval: { } question } when question.ExpiresAt <= now => ApprovalState.Expired,
        _ => runHasEnded ? ApprovalState.Void : ApprovalState.Pending,
    };
}

/// <summary>What a person owes a call.</summary>
static class OwedByPerson
{
    extension(ToolCallState call)
    {
        public bool IsUnanswered => call is { Approval: not null, ApprovalAnswer: null, ApprovalHasExpired: false, Finished: null };
    }
}
