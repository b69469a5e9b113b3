using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Runs;

namespace Agent.Dashboard.Web.Runs;

/// <summary>A plan that waits for a person's signature.</summary>
/// <param name="Reason">Who wants it signed: the goal or policy.</param>
public sealed record PendingPlan(Guid RunId, string Goal, string Workspace, int Version, string Summary, int Steps, string Reason, DateTimeOffset Since)
{
    /// <summary>Null if the run waits for no signature.</summary>
    public static PendingPlan? Of(RunState run) => run is { End: null, SignOff: { Answer: null } asked, Plan: { } plan }
        ? new PendingPlan(run.RunId, run.Goal, run.Workspace, asked.Version, plan.Summary, plan.Steps.Count, asked.Reason, run.UpdatedAt)
        : null;
}

/// <summary>Plans that wait for a signature, read from the journals of the runs that wait; oldest first.</summary>
sealed class PendingPlans(RunJournal journal)
{
    const int MostRuns = 200;

    public async Task<IReadOnlyList<PendingPlan>> ListAsync(CancellationToken cancellationToken)
    {
        var pending = new List<PendingPlan>();
        foreach (var summary in (await journal.ListAsync(RunPhase.WaitingApproval, MostRuns, null, cancellationToken)).Reverse())
        {
            if (await journal.LoadAsync(summary.RunId, cancellationToken) is { } run && PendingPlan.Of(run) is { } plan)
            {
                pending.Add(plan);
            }
        }

        return pending;
    }
}
