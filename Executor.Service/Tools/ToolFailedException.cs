namespace Agent.Executor.Service.Tools;

/// <summary>A tool could not do what it was asked; the message goes to the model, which may adapt. The choke point alone catches it.</summary>
sealed class ToolFailedException(string message) : Exception(message);
