using Agent.Contracts;

namespace Agent.Executor.Service.Tools;

/// <summary>Makes the check that a person wants of a call of unknown outcome. A replay answers from the record instead.</summary>
interface ICallChecks
{
    /// <exception cref="OperationCanceledException">The step was stopped; a check can be made again later, so nothing is due.</exception>
    Task<ToolCallChecked> MakeAsync(ToolCall unknown, ToolCallCheckRequested wanted);
}
