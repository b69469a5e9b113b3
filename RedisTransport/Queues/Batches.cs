namespace Agent.RedisTransport.Queues;

/// <summary>Gathers what many callers want done: while one batch is under way, the next grows. A lone caller's is begun at once. Where there were several, the others come
/// again in a moment, so the first of them lets those go before that are ready to run.</summary>
sealed class Batches<T>(int most, Func<List<T>, Task> run) : IThreadPoolWorkItem
{
    readonly Lock _gate = new();
    List<T> _waiting = [];
    bool _running;
    bool _several;

    public void Add(T item)
    {
        bool several;
        lock (_gate)
        {
            _waiting.Add(item);
            if (_running)
            {
                return;
            }

            _running = true;
            several = _several;
        }

        if (several)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        else
        {
            _ = RunAsync();
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    async Task RunAsync()
    {
        while (Next() is { } batch)
        {
            await run(batch);
        }
    }

    List<T>? Next()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _running = false;
                return null;
            }

            var batch = _waiting;
            _waiting = [];
            if (batch.Count > most)
            {
                _waiting.AddRange(batch[most..]);
                batch.RemoveRange(most, batch.Count - most);
            }

            _several = batch.Count > 1;
            return batch;
        }
    }
}
