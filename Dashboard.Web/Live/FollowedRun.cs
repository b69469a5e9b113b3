using Agent.Journal;
using Agent.Journal.Runs;

namespace Agent.Dashboard.Web.Live;

/// <summary>Reads one run's journal for all pages that show it.</summary>
sealed class FollowedRun
{
    static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    readonly Lock _gate = new();
    readonly List<JournalEntry> _entries = [];
    readonly CancellationTokenSource _stop;
    readonly RunState _state;
    RunBoard? _board;
    bool _isOld = true;

    public FollowedRun(Guid runId, RunJournal journal, TimeProvider time, ILogger logger, CancellationToken stopping)
    {
        RunId = runId;
        _state = new RunState(runId);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _ = FollowAsync(journal, time, logger, _stop.Token);
    }

    public event Action? Changed;

    public Guid RunId { get; }

    public int Followers { get; set; }

    public bool IsStale { get; private set; }

    public RunBoard? Board
    {
        get
        {
            lock (_gate)
            {
                if (_isOld && _entries.Count > 0)
                {
                    (_board, _isOld) = (RunBoard.Of(_state, _entries, _board), false);
                }

                return _board;
            }
        }
    }

    public void Stop()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    async Task FollowAsync(RunJournal journal, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        // The first read runs on the page's thread otherwise.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var entry in journal.FollowAsync(RunId, _state.Head.Sequence + 1, cancellationToken))
                {
                    Take(entry);
                }

                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception broken)
            {
                logger.FollowingBroke(RunId, _state.Head.Sequence, broken.Message);
                IsStale = true;
                Changed?.Invoke();
                await Task.Delay(RetryAfter, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    void Take(JournalEntry entry)
    {
        lock (_gate)
        {
            _state.Apply(entry);
            _entries.Add(entry);
            _isOld = true;
            IsStale = false;
        }

        Changed?.Invoke();
    }
}

static partial class LiveLog
{
    [LoggerMessage(LogLevel.Warning, "Following run {RunId} broke after entry {Sequence}: {Reason}")]
    public static partial void FollowingBroke(this ILogger logger, Guid runId, long sequence, string reason);

    [LoggerMessage(LogLevel.Warning, "Hints about runs do not come in: {Reason}")]
    public static partial void HintsAway(this ILogger logger, string reason);
}
