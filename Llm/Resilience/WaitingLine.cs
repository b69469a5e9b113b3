namespace Agent.Llm.Resilience;

/// <summary>So many places, and who waits for one: the higher priority first, first come first served within one. Every eighth place goes to whoever has waited longest, so that nobody starves behind others that matter more.</summary>
sealed class WaitingLine(int places)
{
    public const int ToTheLongestWaiting = 8;

    readonly Lock _gate = new();
    readonly SortedSet<Waiter> _byPriority = new(Comparer<Waiter>.Create(static (left, right) => (right.Priority, left.Number).CompareTo((left.Priority, right.Number))));
    readonly SortedSet<Waiter> _byAge = new(Comparer<Waiter>.Create(static (left, right) => left.Number.CompareTo(right.Number)));
    int _free = places;
    long _came;
    long _called;

    /// <summary>How many wait.</summary>
    public int Length
    {
        get
        {
            lock (_gate)
            {
                return _byAge.Count;
            }
        }
    }

    /// <summary>Waits for a place; dispose what comes back to give it on. Who cancels leaves the line.</summary>
    public async ValueTask<IDisposable> EnterAsync(int priority, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return new Place(this);
            }

            waiter = new Waiter(priority, _came++);
            _byPriority.Add(waiter);
            _byAge.Add(waiter);
        }

        await using var leaving = cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).Called.TrySetCanceled(token), waiter);
        try
        {
            await waiter.Called.Task;
        }
        catch (OperationCanceledException)
        {
            Forget(waiter);
            throw;
        }

        return new Place(this);
    }

    void Forget(Waiter waiter)
    {
        lock (_gate)
        {
            _byPriority.Remove(waiter);
            _byAge.Remove(waiter);
        }
    }

    void Free()
    {
        lock (_gate)
        {
            while ((++_called % ToTheLongestWaiting == 0 ? _byAge.Min : _byPriority.Min) is { } next)
            {
                _byPriority.Remove(next);
                _byAge.Remove(next);
                if (next.Called.TrySetResult())
                {
                    return;
                }
            }

            _free++;
        }
    }

    sealed record Waiter(int Priority, long Number)
    {
        public TaskCompletionSource Called { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    sealed class Place(WaitingLine line) : IDisposable
    {
        WaitingLine? _line = line;

        public void Dispose() => Interlocked.Exchange(ref _line, null)?.Free();
    }
}
