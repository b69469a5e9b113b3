namespace Agent.Planner.Service.Runs;

/// <summary>This process, as journal entries and leases name it.</summary>
sealed record PlannerInstance(string Name)
{
    public static PlannerInstance OfThisProcess() => new($"planner@{Environment.MachineName}:{Environment.ProcessId}");
}
