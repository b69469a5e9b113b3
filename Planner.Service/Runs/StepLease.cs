namespace Agent.Planner.Service.Runs;

/// <summary>The lease an executor holds while it works on a step; part of the protocol between planner and executor.</summary>
static class StepLease
{
    public static string NameOf(Guid runId, string stepId) => $"step:{runId:N}:{stepId}";
}
