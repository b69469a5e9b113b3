using Agent.Journal;

namespace Agent.Dashboard.Web.Live;

/// <summary>What pages watch. One reader a run however many pages look at it, and none when nobody looks; what is shown always comes from the journal.</summary>
sealed class RunFeed(RunJournal journal, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<RunFeed> logger)
{
    readonly Lock _gate = new();
    readonly Dictionary<Guid, FollowedRun> _runs = [];
    AnyRun? _any;

    /// <summary>Follows one run; <paramref name="changed"/> comes at most 4 times a second. Dispose to stop.</summary>
    public RunWatch Watch(Guid runId, Action changed)
    {
        lock (_gate)
        {
            if (!_runs.TryGetValue(runId, out var run))
            {
                _runs[runId] = run = new FollowedRun(runId, journal, time, logger, lifetime.ApplicationStopping);
            }

            run.Followers++;
            return new RunWatch(run, new Pulse(time, Pulse.PageInterval, changed), () => Leave(run));
        }
    }

    /// <summary>Hears of changes to any run, at most 4 times a second, and every few seconds without one, since a hint may be missed. Dispose to stop.</summary>
    public IDisposable WatchAll(Action changed)
    {
        lock (_gate)
        {
            _any ??= new AnyRun(journal, time, logger, lifetime.ApplicationStopping);
            return _any.Join(new Pulse(time, Pulse.PageInterval, changed));
        }
    }

    void Leave(FollowedRun run)
    {
        lock (_gate)
        {
            if (--run.Followers == 0)
            {
                _runs.Remove(run.RunId);
                run.Stop();
            }
        }
    }
}

/// <summary>One page's view of one run.</summary>
sealed class RunWatch : IDisposable
{
    readonly FollowedRun _run;
    readonly Pulse _pulse;
    readonly Action _leave;
    int _left;

    public RunWatch(FollowedRun run, Pulse pulse, Action leave)
    {
        (_run, _pulse, _leave) = (run, pulse, leave);
        run.Changed += pulse.Signal;
        pulse.Signal();
    }

    /// <summary>The run as far as it has been read; null before the first entry.</summary>
    public RunBoard? Board => _run.Board;

    /// <summary>The journal can not be read at the moment; the board is what was known before.</summary>
    public bool IsStale => _run.IsStale;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
        {
            _run.Changed -= _pulse.Signal;
            _leave();
        }
    }
}
