namespace Agent.RedisTransport.Queues;

/// <summary>A receiver's loop: takes what there is room for, hands it on, sleeps until the bell rings. It has no thread of its own: it goes on on the one that rings, or that
/// reads the replies.</summary>
sealed class Receiving(BusConnection bus, QueueReceiverSettings settings, QueueTaking taking, DelayPump pump, Holdings held, Func<Taken, Task> hold, Func<Exception?, Task> healthChanged)
    : IDisposable
{
    static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(500);

    readonly Signal _wake = new(bus.Clock);
    readonly CancellationTokenSource _stopping = new();
    Task _loop = Task.CompletedTask;
    bool _failed;

    public bool IsStopping => _stopping.IsCancellationRequested;

    public void Start() => _loop = Task.Run(RunAsync, CancellationToken.None);

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        _wake.Ring();
        await _loop;
    }

    /// <summary>There may be something to take.</summary>
    public void Wake()
    {
        if (!IsStopping)
        {
            _wake.Ring();
        }
    }

    public void Dispose()
    {
        _wake.Dispose();
        _stopping.Dispose();
    }

    async Task RunAsync()
    {
        var rung = true;
        while (!IsStopping)
        {
            try
            {
                await bus.Lease.EnsureHeldAsync(_stopping.Token);
                await pump.MoveDueAsync(_stopping.Token);
                var free = settings.Prefetch - held.Count;
                var taken = free > 0 ? await taking.TakeAsync(rung ? free : 1, held) : Taken.Nothing;
                await HealthyAsync();
                await hold(taken);

                // Nobody rang: one question is enough to see whether a bell was lost.
                rung = taken.More || await _wake.WaitAsync(UntilNextLook());
            }
            catch (OperationCanceledException) when (IsStopping)
            {
                return;
            }
            catch (Exception error)
            {
                // Whatever it was: a receiver that ended would keep its endpoint silent until the process is restarted.
                await FailedAsync(error);
            }
        }
    }

    // All receivers look at the same moments, so that an idle process wakes once for all of them.
    TimeSpan UntilNextLook()
    {
        var poll = bus.Options.Poll;
        var due = pump.UntilNext(poll);
        return due < poll ? due : TimeSpan.FromTicks(poll.Ticks - (bus.Clock.GetUtcNow().Ticks % poll.Ticks));
    }

    async Task HealthyAsync()
    {
        if (_failed)
        {
            _failed = false;

            // Off the connection's reader: observers of health may take their time.
            await Task.Yield();
            bus.Logger.ReceiveRecovered(settings.Queue);
            await healthChanged(null);
        }
    }

    async Task FailedAsync(Exception error)
    {
        // What was taken and not heard of is on our list in Redis.
        taking.LookForStrays();
        await Task.Yield();
        if (!_failed)
        {
            _failed = true;
            bus.Logger.ReceiveFailed(settings.Queue, error.Message);
            await healthChanged(error);
        }

        await Waiting.PauseAsync(AfterFailure, bus.Clock, _stopping.Token);
    }
}
