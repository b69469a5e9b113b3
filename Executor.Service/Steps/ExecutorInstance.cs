namespace Agent.Executor.Service.Steps;

/// <summary>This process, as leases and journals name it: new with each start, so that a restarted executor is another owner.</summary>
sealed class ExecutorInstance
{
    public string Name { get; } = $"executor-{Environment.MachineName.ToLowerInvariant()}-{Environment.ProcessId}-{Guid.CreateVersion7():N}";
}
