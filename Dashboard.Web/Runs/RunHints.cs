using Agent.Contracts;
using MassTransit;

namespace Agent.Dashboard.Web.Runs;

/// <summary>Tells the others that a run wants attention. Only hints: the journal already has the truth, and a planner's sweep finds what a lost hint named,
/// so a bus that is away delays a run and fails nobody's request.</summary>
sealed class RunHints(IBus bus, ILogger<RunHints> logger)
{
    /// <summary>How long a caller waits for the bus; the hint itself goes on behind it.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public Task PlanAsync(Guid runId) => GiveAsync(runId, async cancellationToken =>
    {
        var planner = await bus.GetSendEndpoint(new Uri("queue:plan-run"));
        await planner.Send(new PlanRun(runId), cancellationToken);
    });

    public Task AdvancedAsync(Guid runId, long sequence) =>
        GiveAsync(runId, cancellationToken => bus.Publish(new RunAdvanced(runId, sequence), cancellationToken));

    public Task InterruptedAsync(Guid runId, string reason) =>
        GiveAsync(runId, cancellationToken => bus.Publish(new RunInterrupted(runId, reason), cancellationToken));

    Task GiveAsync(Guid runId, Func<CancellationToken, Task> give) => Task.WhenAny(GiveToTheEndAsync(runId, give), Task.Delay(Patience));

    async Task GiveToTheEndAsync(Guid runId, Func<CancellationToken, Task> give)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await give(limit.Token);
        }
        catch (Exception missed)
        {
            logger.HintNotGiven(runId, missed.Message);
        }
    }
}
