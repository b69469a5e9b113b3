using Agent.Contracts;
using Agent.Journal;
using Agent.Resp;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Steps;

/// <summary>Looks into the journal while a step works: a pause, a cancellation or another owner stops it, also when the message about it was lost.</summary>
sealed class StepWatch(RunJournal journal, IOptions<StepOptions> options, TimeProvider time)
{
    readonly Lock _lock = new();
    readonly Dictionary<Guid, TaskCompletionSource> _hints = [];

    /// <summary>A message came: look at once.</summary>
    public void Hint(Guid runId)
    {
        TaskCompletionSource? hint;
        lock (_lock)
        {
            _hints.Remove(runId, out hint);
        }

        hint?.TrySetResult();
    }

    public async Task RunAsync(OwnedStep owned, CancellationToken cancellationToken)
    {
        var (runId, seen) = (owned.Run.RunId, owned.Run.Head);
        while (true)
        {
            // At first too: the step was taken by an append to the journal as it stood, so nothing has happened yet.
            await WaitAsync(runId, cancellationToken);
            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            try
            {
                await foreach (var entry in journal.ReadAfterAsync(runId, seen, cancellationToken))
                {
                    seen = entry.Head;
                    Judge(owned, entry.Event);
                }
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (RespConnectionException)
            {
                // The lease notices a store that stays away.
            }
            catch (JournalBrokenException)
            {
                // A store that holds another past than the one the step was taken in: it is not ours there.
                owned.RequestKill();
                break;
            }
        }

        Forget(runId);
    }

    void Forget(Guid runId)
    {
        lock (_lock)
        {
            // Another step of the run makes a new one with its next look.
            _hints.Remove(runId);
        }
    }

    static void Judge(OwnedStep owned, IRunEvent happened)
    {
        switch (happened)
        {
            case RunPaused:
                owned.RequestStop();
                break;
            case RunCancelRequested or RunEnded or KillSwitchEngaged:
            case StepLeased leased when leased.StepId == owned.Step.Id && leased.Token != owned.Token:
            case StepDispatched dispatched when dispatched.StepId == owned.Step.Id && dispatched.Attempt != owned.Attempt:
                owned.RequestKill();
                break;
        }
    }

    async Task WaitAsync(Guid runId, CancellationToken cancellationToken)
    {
        TaskCompletionSource? hint;
        lock (_lock)
        {
            if (!_hints.TryGetValue(runId, out hint))
            {
                _hints[runId] = hint = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        await Task.WhenAny(hint.Task, Task.Delay(options.Value.WatchInterval, time, cancellationToken));
    }
}
