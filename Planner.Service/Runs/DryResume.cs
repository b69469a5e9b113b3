using Agent.Contracts;
using Agent.Journal;

namespace Agent.Planner.Service.Runs;

/// <summary>Reads every open run with the present program and decides what is owed to it, without doing it: before an upgrade is trusted with them.</summary>
static class DryResume
{
    /// <summary><c>GET /runs/dry-resume</c>: for the door.</summary>
    public static void MapDryResume(this IEndpointRouteBuilder app) => app.MapGet("/runs/dry-resume", async (RunJournal journal, RunRules rules, TimeProvider time, CancellationToken cancellationToken) =>
    {
        var open = await journal.OpenRunsAsync(cancellationToken);
        var failed = new List<NotResumed>();
        foreach (var runId in open)
        {
            try
            {
                if (await journal.LoadAsync(runId, cancellationToken) is { } state)
                {
                    RunDecider.Decide(state, time.GetUtcNow(), rules.For(state.Workspace));
                }
            }
            catch (Exception failure) when (failure is not (OperationCanceledException or Resp.RespConnectionException))
            {
                failed.Add(new NotResumed(runId, failure.Message));
            }
        }

        return TypedResults.Json(new Resumed(open.Count, failed), ContractJson.Options);
    });

    sealed record Resumed(int Open, IReadOnlyList<NotResumed> Failed);

    sealed record NotResumed(Guid RunId, string Reason);
}
