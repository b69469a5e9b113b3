namespace Agent.Reviewer.Service.Reviews;

/// <summary>This process, as journal entries and leases name it.</summary>
sealed record ReviewerInstance(string Name)
{
    public static ReviewerInstance OfThisProcess() => new($"reviewer@{Environment.MachineName}:{Environment.ProcessId}");
}
