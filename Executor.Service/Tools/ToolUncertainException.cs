namespace Agent.Executor.Service.Tools;

/// <summary>The request left this process and no answer came: the tool may have acted. The choke point alone catches it.</summary>
sealed class ToolUncertainException(string message) : Exception(message);
