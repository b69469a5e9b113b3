using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Runs;

namespace Agent.Dashboard.Web.Runs;

/// <summary>Changes that wait for a person to promote or reject them.</summary>
public sealed record PendingChange(Guid RunId, string Goal, string Workspace, string Digest, int Added, int Changed, int Removed, string Reason, DateTimeOffset Since)
{
    /// <summary>Null if the run waits for no such answer.</summary>
    public static PendingChange? Of(RunState run) => run is { End: null, WorkingCopy: { WaitsForPerson: true, Changes: { } changes, Asked: { } asked } }
        ? new PendingChange(run.RunId, run.Goal, run.Workspace, changes.Digest, changes.Added, changes.Changed, changes.Removed, asked.Reason, run.UpdatedAt)
        : null;
}

/// <summary>Reads them from the journals of the runs that wait; oldest first.</summary>
sealed class PendingChanges(RunJournal journal)
{
    const int MostRuns = 200;

    public async Task<IReadOnlyList<PendingChange>> ListAsync(CancellationToken cancellationToken)
    {
        var pending = new List<PendingChange>();
        foreach (var summary in (await journal.ListAsync(RunPhase.WaitingApproval, MostRuns, null, cancellationToken)).Reverse())
        {
            if (await journal.LoadAsync(summary.RunId, cancellationToken) is { } run && PendingChange.Of(run) is { } changes)
            {
                pending.Add(changes);
            }
        }

        return pending;
    }
}
