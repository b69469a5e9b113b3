using Agent.Contracts;
using Agent.Journal.Runs;

namespace Agent.Executor.Service.Tools;

/// <summary>Who answers questions beforehand: the standing approvals there are, or a record of what they answered.</summary>
interface IStandingAnswers
{
    /// <summary>The answer to a question that is about to be asked; null if a person must give it.</summary>
    Task<ApprovalDecided?> AnswerAsync(ToolCall call, ApprovalRequested question);

    /// <summary>Whether what a standing approval answered still holds; true where a person answered.</summary>
    Task<bool> HoldsAsync(ToolCall call, ToolCallState known);
}
