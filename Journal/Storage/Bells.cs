using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Agent.Resp;

namespace Agent.Journal.Storage;

/// <summary>Rings after appends and hears others ring. One channel for all runs: a process subscribes once, however many runs it follows.
/// A bell is a hint: who waits for one also looks by himself now and then.</summary>
sealed class Bells(RespConnection connection, RespSubscriber subscriber)
{
    /// <summary>Entries between two hints at where a journal ends: whoever looks for the end walks on from there, these few in one read.</summary>
    const long HintEvery = 16;

    /// <summary>Between two times of ringing: what many runs append together wakes each listener once.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    readonly ConcurrentDictionary<Guid, Listener[]> _byRun = new();
    readonly ConcurrentDictionary<Action<Guid, long>, byte> _all = new();
    readonly Lock _gate = new();
    readonly Dictionary<Guid, (long From, long To)> _rung = [];
    Task<IAsyncDisposable>? _subscription;
    Task _ringing = Task.CompletedTask;

    /// <summary>Completes when everything rung so far is out.</summary>
    public Task Idle
    {
        get
        {
            lock (_gate)
            {
                return _ringing;
            }
        }
    }

    /// <summary>Says that a run's journal has grown. Does not wait: the first is rung at once, and what follows soon after it goes out as one.</summary>
    public void Ring(Guid runId, long from, long to)
    {
        lock (_gate)
        {
            _rung[runId] = (_rung.TryGetValue(runId, out var waiting) ? waiting.From : from, to);
            if (_ringing.IsCompleted)
            {
                _ringing = RingAsync();
            }
        }
    }

    /// <summary>Hears bells of one run; <see cref="Listener.WaitAsync"/> waits for the next.</summary>
    public async Task<Listener> ListenAsync(Guid runId, CancellationToken cancellationToken)
    {
        await SubscribeAsync(cancellationToken);
        var listener = new Listener(this, runId);
        _byRun.AddOrUpdate(runId, [listener], (_, others) => [.. others, listener]);
        return listener;
    }

    public async Task<IAsyncDisposable> HearAllAsync(Action<Guid, long> handler, CancellationToken cancellationToken)
    {
        await SubscribeAsync(cancellationToken);

        // The same delegate may be given twice; each registration is its own.
        Action<Guid, long> own = (runId, sequence) => handler(runId, sequence);
        _all.TryAdd(own, 0);
        return new Registration(() => _all.TryRemove(own, out _));
    }

    async Task RingAsync()
    {
        while (true)
        {
            KeyValuePair<Guid, (long From, long To)>[] rung;
            lock (_gate)
            {
                if (_rung.Count == 0)
                {
                    // Told under the lock, so that the next Ring starts a new loop.
                    _ringing = Task.CompletedTask;
                    return;
                }

                rung = [.. _rung];
                _rung.Clear();
            }

            var commands = new List<RespCommand>();
            foreach (var (runId, (from, to)) in rung)
            {
                if (from / HintEvery != to / HintEvery)
                {
                    commands.Add(RespCommand.Of("SET", JournalKeys.Hint(runId), to));
                }
            }

            commands.Add(RespCommand.Of("PUBLISH", JournalKeys.Bell, string.Join('\n', rung.Select(run => string.Create(CultureInfo.InvariantCulture, $"{run.Key} {run.Value.To}")))));
            try
            {
                await connection.ExecuteAsync(commands.ToArray(), onlyGeneration: null, hasty: true);
            }
            catch (Exception exception) when (exception is RespConnectionException or ObjectDisposedException)
            {
                // Hints only: a stale head is walked on from, and followers look by themselves.
            }

            await Task.Delay(Pause);
        }
    }

    Task<IAsyncDisposable> SubscribeAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_subscription is null or { IsFaulted: true } or { IsCanceled: true })
            {
                _subscription = subscriber.SubscribeAsync(JournalKeys.Bell, Hear, CancellationToken.None);
            }

            return _subscription.WaitAsync(cancellationToken);
        }
    }

    void Hear(ReadOnlyMemory<byte> payload)
    {
        // Empty: the subscription was away and may have missed some, so everybody looks.
        if (payload.IsEmpty)
        {
            foreach (var listener in _byRun.Values.SelectMany(listeners => listeners))
            {
                listener.Wake();
            }

            return;
        }

        foreach (var line in Encoding.UTF8.GetString(payload.Span).Split('\n'))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space > 0 && Guid.TryParse(line.AsSpan(0, space), out var runId) && long.TryParse(line.AsSpan(space + 1), CultureInfo.InvariantCulture, out var sequence))
            {
                Hear(runId, sequence);
            }
        }
    }

    void Hear(Guid runId, long sequence)
    {
        if (_byRun.TryGetValue(runId, out var ours))
        {
            foreach (var listener in ours)
            {
                listener.Wake();
            }
        }

        foreach (var (handler, _) in _all)
        {
            handler(runId, sequence);
        }
    }

    void Leave(Listener listener)
    {
        while (_byRun.TryGetValue(listener.RunId, out var present))
        {
            var rest = present.Where(other => other != listener).ToArray();
            if (rest.Length == 0 ? _byRun.TryRemove(new(listener.RunId, present)) : _byRun.TryUpdate(listener.RunId, rest, present))
            {
                return;
            }
        }
    }

    public sealed class Listener(Bells bells, Guid runId) : IDisposable
    {
        readonly SemaphoreSlim _rung = new(0, 1);

        public Guid RunId { get; } = runId;

        /// <summary>Waits for a bell rung since the last wait, or until <paramref name="atMost"/> is over.</summary>
        public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _rung.WaitAsync(atMost, cancellationToken);

        public void Wake()
        {
            lock (_rung)
            {
                if (_rung.CurrentCount == 0)
                {
                    _rung.Release();
                }
            }
        }

        public void Dispose() => bells.Leave(this);
    }

    sealed class Registration(Action end) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            end();
            return ValueTask.CompletedTask;
        }
    }
}
