namespace Agent.RedisTransport.Queues;

/// <summary>Runs the handler for each delivery, in their order and as many at a time as are allowed.</summary>
sealed class Handlers(int concurrency, Func<Delivery, Task> handle)
{
    readonly Queue<Delivery> _waiting = new();
    readonly Lock _gate = new();
    int _running;
    bool _stopped;
    TaskCompletionSource? _idle;

    public void Add(IReadOnlyList<Delivery> deliveries)
    {
        lock (_gate)
        {
            foreach (var delivery in deliveries)
            {
                _waiting.Enqueue(delivery);
            }
        }

        StartNext();
    }

    /// <summary>Begins no more; returns what was not begun.</summary>
    public Delivery[] Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            var left = _waiting.ToArray();
            _waiting.Clear();
            return left;
        }
    }

    /// <summary>Waits until no handler runs.</summary>
    public Task IdleAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _running == 0 ? Task.CompletedTask : (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(cancellationToken);
        }
    }

    void StartNext()
    {
        lock (_gate)
        {
            // A lone one begins on the thread that read it, when that has nothing more to read. Several would there begin in the wrong order.
            var alone = _waiting.Count == 1;
            while (_running < concurrency && !_stopped && _waiting.TryDequeue(out var delivery))
            {
                _running++;
                ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Handlers.RunAsync(state.Delivery), (Handlers: this, Delivery: delivery), preferLocal: alone);
            }
        }
    }

    async Task RunAsync(Delivery delivery)
    {
        try
        {
            await handle(delivery);
        }
        finally
        {
            Ended();
        }
    }

    void Ended()
    {
        bool more;
        lock (_gate)
        {
            _running--;
            more = _waiting.Count > 0;
            if (_running == 0)
            {
                _idle?.TrySetResult();
            }
        }

        if (more)
        {
            StartNext();
        }
    }
}
