namespace Agent.BusWorker;

/// <summary>Command: a piece of work for a worker process that a test kills.</summary>
public sealed record WorkItem(string Id);
