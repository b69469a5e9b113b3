using Agent.Contracts;
using Agent.Dashboard.Web.Runs;
using Agent.Journal;

namespace Agent.Dashboard.Web.Components.Pages.Overview;

/// <summary>What the overview counts, over the latest runs. Pure.</summary>
sealed record Figures(IReadOnlyList<RunSummary> Live, IReadOnlyList<RunSummary> Recent, int Waiting, int Ended, int Succeeded, TimeSpan? Median)
{
    const int MostRecent = 8;

    public static Figures Of(IReadOnlyList<RunSummary> runs)
    {
        var ended = runs.Where(run => run.State.IsEnd()).ToList();
        var took = ended.Select(run => run.UpdatedAt - run.SubmittedAt).Order().ToList();
        return new Figures(
            [.. runs.Where(run => !run.State.IsEnd())],
            [.. ended.OrderByDescending(run => run.UpdatedAt).Take(MostRecent)],
            runs.Count(run => run.State == RunPhase.WaitingApproval),
            ended.Count,
            ended.Count(run => run.State == RunPhase.Succeeded),
            took.Count == 0 ? null : took[took.Count / 2]);
    }
}
