using System.Security.Cryptography;
using System.Text;
using Agent.Contracts;
using Agent.Executor.Service.Steps;
using Agent.Executor.Service.Workspaces;
using Agent.Journal;
using Agent.Journal.Runs;
using Agent.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.WorkingCopies;

/// <summary>Does for a run's working copy what its journal owes, one piece after the other, each fact appended before the next is begun. Whoever comes after a crash finds in the journal where it was.</summary>
sealed class CopyTending(
    RunJournal journal, Leases leases, StopSign sign, CopyMaking making, ChangeFinding finding, CheckHooks hooks, ExecutorInstance instance, IOptions<StepOptions> options, TimeProvider time, ILogger<CopyTending> logger)
{
    /// <summary>Held while a run's copy is tended; the planner asks for it.</summary>
    public static string LeaseOf(Guid runId) => $"copy:{runId:N}";

    /// <returns>Whether something was appended.</returns>
    public async Task<bool> TendAsync(Guid runId, CancellationToken cancellationToken)
    {
        await using var lease = await leases.TryTakeAsync(LeaseOf(runId), instance.Name, options.Value.Lease, cancellationToken);
        if (lease is null)
        {
            return false;
        }

        using var owning = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        using var working = sign.WhileWorking(owning.Cancel);
        var isChanged = false;
        try
        {
            while (!sign.IsUp && await journal.LoadAsync(runId, owning.Token) is { } run && run.OwedToCopy is not CopyWork.Nothing and var work)
            {
                CrashPoint.Reach("copy.leased");
                if (await DoAsync(run, work, owning.Token) is not { } fact)
                {
                    break;
                }

                CrashPoint.Reach("copy.done");
                isChanged |= await AppendAsync(run, work, fact);
            }
        }
        catch (OperationCanceledException) when (owning.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The kill switch, or a lease that was lost: asked for again when it may go on.
            return isChanged;
        }

        return isChanged;
    }

    async Task<IRunEvent?> DoAsync(RunState run, CopyWork work, CancellationToken cancellationToken)
    {
        using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var watching = new CancellationTokenSource();
        var watch = work == CopyWork.Promote ? Task.CompletedTask : WatchAsync(run.RunId, interrupted, watching.Token);
        try
        {
            return work switch
            {
                CopyWork.Make => await making.MakeAsync(run, interrupted.Token),
                CopyWork.FindChanges => await finding.FindAsync(run, interrupted.Token),
                CopyWork.Check => await hooks.RunAsync(run, await finding.LoadAsync(run.WorkingCopy!.Changes!.Digest, interrupted.Token), interrupted.Token),
                _ => await PromoteAsync(run, cancellationToken),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Paused or cancelled: what was half done is done again, or wanted no more.
            return null;
        }
        finally
        {
            await watching.CancelAsync();
            await watch;
        }
    }

    /// <summary>First the intent, then with the next look the act.</summary>
    async Task<IRunEvent?> PromoteAsync(RunState run, CancellationToken cancellationToken)
    {
        var (copy, digest) = (run.WorkingCopy!, run.WorkingCopy!.Changes!.Digest);
        var changes = await finding.LoadAsync(digest, cancellationToken);
        await using var lease = await leases.TryTakeAsync($"promotion:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(run.Workspace)))}", instance.Name, options.Value.Lease, cancellationToken);
        if (lease is null)
        {
            // Another run writes to this workspace; asked for again.
            return null;
        }

        Workspace tree, workspace;
        try
        {
            (tree, workspace) = (Workspace.Open(copy.Made!.Directory), Workspace.Open(run.Workspace));
        }
        catch (Tools.ToolFailedException gone)
        {
            return new PromotionEnded(digest, PromotionOutcome.Failed, 0, [gone.Message.TrimEnd('.')]);
        }

        using var owning = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        var promotion = new Promotion(tree, workspace, changes, digest, owning.Token);
        if (copy.Begun is not null)
        {
            return await Task.Run(promotion.Write, owning.Token);
        }

        if (ChangeFinding.Drift(tree, changes, owning.Token) is { Count: > 0 } drift)
        {
            // What was checked and approved is not there any more: it is looked at anew, and a person asked again.
            logger.CopyChanged(run.RunId, string.Join(", ", drift.Take(10)));
            return await finding.FindAsync(run, owning.Token);
        }

        return promotion.Conflicts() is { Count: > 0 } conflicts
            ? new PromotionEnded(digest, PromotionOutcome.Conflict, 0, [.. conflicts.Take(50)])
            : new PromotionStarted(digest, changes.Count);
    }

    async Task<bool> AppendAsync(RunState run, CopyWork work, IRunEvent fact)
    {
        while (await journal.AppendAsync(run.RunId, run.Head, [fact], instance.Name, CancellationToken.None) is not AppendResult.Appended)
        {
            var now = await journal.LoadAsync(run.RunId, CancellationToken.None);
            if (now is null || now.OwedToCopy != work || now.WorkingCopy!.Checks.Count != run.WorkingCopy!.Checks.Count || now.WorkingCopy.Changes?.Digest != run.WorkingCopy.Changes?.Digest
                || (now.WorkingCopy.Begun is null) != (run.WorkingCopy.Begun is null))
            {
                // Wanted no more, or another did it.
                return false;
            }

            run = now;
        }

        logger.CopyTended(run.RunId, RunEventTypes.NameOf(fact));
        CrashPoint.Reach("copy.appended");
        return true;
    }

    // A check may take minutes: an operator is not kept waiting for its end.
    async Task WatchAsync(Guid runId, CancellationTokenSource interrupted, CancellationToken ended)
    {
        try
        {
            while (true)
            {
                await Task.Delay(options.Value.WatchInterval, time, ended);
                if (await journal.LoadAsync(runId, ended) is null or { End: not null } or { CancelledBy: not null } or { IsPaused: true } or { HeldBy: not null })
                {
                    await interrupted.CancelAsync();
                    return;
                }
            }
        }
        catch (Exception ending) when (ending is OperationCanceledException or Resp.RespConnectionException)
        {
            // It is done, or the store is away: then the lease tells.
        }
    }
}

static partial class WorkingCopyLog
{
    [LoggerMessage(LogLevel.Information, "Working copy of run {RunId}: {Fact}")]
    public static partial void CopyTended(this ILogger logger, Guid runId, string fact);

    [LoggerMessage(LogLevel.Warning, "Files of run {RunId}'s working copy are not as they were approved: {Files}")]
    public static partial void CopyChanged(this ILogger logger, Guid runId, string files);

    [LoggerMessage(LogLevel.Information, "The working copy of run {RunId} is removed: {Reason}")]
    public static partial void CopyRemoved(this ILogger logger, Guid runId, string reason);

    [LoggerMessage(LogLevel.Warning, "Working copies could not be looked through")]
    public static partial void CopiesNotLookedThrough(this ILogger logger, Exception failure);
}
