using Agent.Contracts;
using Agent.Executor.Service.Workspaces;
using Agent.Guardrails;

namespace Agent.Executor.Service.Tools;

/// <summary>All of a call that touches the world; nothing else of the choke point does. A replay answers from the record instead.</summary>
interface IToolActs
{
    /// <exception cref="ToolFailedException">It is not there, or not a directory.</exception>
    Workspace Open(string directory);

    /// <summary>The isolation the call would run under; <c>none</c> if it starts no process.</summary>
    Task<string> IsolationAsync(PreparedCall prepared);

    /// <summary>Makes the call and says how it ended.</summary>
    /// <returns><see cref="ToolCallFinished"/>; <see cref="ToolCallUnknown"/> when it may have acted, can not be repeated and nobody here knows how it ended.</returns>
    /// <exception cref="OperationCanceledException">The step was stopped; the call can be made again later, so no outcome is due.</exception>
    Task<IRunEvent> ActAsync(ToolCall call, PreparedCall prepared, Decision decision, ToolContext context);
}
