using System.Buffers.Text;
using Agent.Resp;

namespace Agent.RedisTransport.Queues;

/// <summary>Receives from one queue: starts and stops, gives what was taken to the handler, and acknowledges or returns it as the handler says.</summary>
sealed class QueueReceiver : IDisposable
{
    static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(500);

    readonly BusConnection _bus;
    readonly QueueReceiverSettings _settings;
    readonly Func<Delivery, Task> _handle;
    readonly QueueKeys.Queue _keys;
    readonly QueueTaking _taking;
    readonly DelayPump _pump;
    readonly Acknowledgements _acknowledgements;
    readonly Holdings _held = new();
    readonly Handlers _handlers;
    readonly Receiving _receiving;
    IAsyncDisposable? _bell;

    public QueueReceiver(BusConnection bus, QueueReceiverSettings settings, Func<Delivery, Task> handle)
    {
        _bus = bus;
        _settings = settings;
        _handle = handle;
        _keys = bus.Keys.Of(settings.Queue);
        Consumer = $"{bus.Node}.{bus.Sweeper.NextNumber()}";
        _taking = new QueueTaking(bus, _keys, settings.Queue, Consumer);
        _pump = new DelayPump(bus, _keys);
        _acknowledgements = new Acknowledgements(bus, _keys, Consumer);
        _handlers = new Handlers(settings.Concurrency, HandleAsync);
        _receiving = new Receiving(bus, settings, _taking, _pump, _held, HoldAsync, error => HealthChanged(error));
    }

    public string Queue => _settings.Queue;

    /// <summary>Its name in Redis: the process and a number.</summary>
    public string Consumer { get; }

    public bool IsHeld => _bus.Lease.IsHeld;

    /// <summary>How many messages it holds, being handled or waiting for it.</summary>
    public int Held => _held.Count;

    /// <summary>Called when receiving begins to fail, and with null when it works again.</summary>
    public Func<Exception?, Task> HealthChanged { get; init; } = _ => Task.CompletedTask;

    /// <summary>Binds the queue and begins to receive. When it returned, nothing sent or published is missed.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _bus.EnsureKeptAsync(cancellationToken);
        if (!_settings.Temporary)
        {
            await _bus.Commands.ExecuteAsync(RespCommand.Of("SADD", _bus.Keys.Queues, Queue), cancellationToken);
        }

        await EnterAsync(cancellationToken);
        await _bus.Bindings.BindAsync(Queue, _settings.Temporary, _settings.Topics, cancellationToken);
        _bell = await _bus.Bells.SubscribeAsync(_keys.Bell, Rung, cancellationToken);
        _bus.Sweeper.Add(this);
        _bus.Metrics.Add(Queue, _settings.Temporary);
        _receiving.Start();
    }

    /// <summary>Takes nothing more; gives back what was not begun. Handlers go on, and settle what they hold.</summary>
    public async Task StopTakingAsync()
    {
        await _receiving.StopAsync();
        await (_bell?.DisposeAsync() ?? ValueTask.CompletedTask);
        foreach (var delivery in _handlers.Stop())
        {
            _held.Remove(delivery);
        }

        // Also what an answer that never came had given us.
        await _taking.GiveBackAllButAsync(_held);
    }

    /// <summary>Waits until no handler runs.</summary>
    public Task IdleAsync(CancellationToken cancellationToken) => _handlers.IdleAsync(cancellationToken);

    /// <summary>Ends it when the handlers are done. What is still held then goes to others as after a crash.</summary>
    public async Task EndAsync()
    {
        _bus.Sweeper.Remove(this);
        _bus.Metrics.Remove(Queue);
        if (_settings.Temporary)
        {
            await _bus.Sweeper.RemoveTemporaryAsync(Queue);
        }
        else if (await _taking.HoldsAnythingAsync())
        {
            // Others find it by our name when the lease is over.
            return;
        }

        await _bus.Commands.ExecuteAsync(new[]
        {
            RespCommand.Of("SREM", _keys.Consumers, Consumer),
            RespCommand.Of("SREM", _bus.Keys.Receivers(_bus.Node), Place),
        });
    }

    public void Dispose() => _receiving.Dispose();

    public async Task<bool> CompleteAsync(Delivery delivery)
    {
        try
        {
            var ours = await _acknowledgements.AddAsync(delivery.Listed);
            if (!ours)
            {
                _bus.Metrics.LeaseLost(Queue);
                _bus.Logger.LeaseLost(delivery.Entry, Queue);
            }

            return ours;
        }
        catch
        {
            _taking.LookForStrays();
            throw;
        }
        finally
        {
            Settled(delivery);
        }
    }

    public async Task ReturnAsync(Delivery delivery, TimeSpan delay)
    {
        try
        {
            var due = _bus.Clock.GetUtcNow() + delay;
            await _taking.ReturnAsync(delivery, due);
            _pump.Expect(due.ToUnixTimeMilliseconds());
            _receiving.Wake();
        }
        catch
        {
            // Still on our list in Redis, and no longer known to us: it is picked up from there.
            _taking.LookForStrays();
            throw;
        }
        finally
        {
            Settled(delivery);
        }
    }

    /// <summary>As it is written down with its process.</summary>
    public string Place => $"{(_settings.Temporary ? "~" : "")}{Queue} {Consumer}";

    /// <summary>Queue (a temporary one with its <c>~</c>) and consumer of a place.</summary>
    public static (string Queue, string Consumer) Read(string place)
    {
        var space = place.LastIndexOf(' ');
        return (place[..space], place[(space + 1)..]);
    }

    /// <summary>Writes down that it receives, for those who look after it when its process dies. Before the first message is taken.</summary>
    public async Task EnterAsync(CancellationToken cancellationToken) =>
        await _bus.Commands.ExecuteAsync(
            new[]
            {
                RespCommand.Of("SADD", _bus.Keys.Receivers(_bus.Node), Place),
                RespCommand.Of("SADD", _bus.Keys.Nodes, _bus.Node),
                RespCommand.Of("SADD", _keys.Consumers, Consumer),
            },
            cancellationToken: cancellationToken);

    /// <summary>After others may have forgotten it, a temporary queue's bindings included.</summary>
    public async Task EnterAgainAsync(CancellationToken cancellationToken)
    {
        await EnterAsync(cancellationToken);
        if (_settings.Temporary)
        {
            await _bus.Bindings.BindAsync(Queue, _settings.Temporary, _settings.Topics, cancellationToken);
        }

        // What we held when we were forgotten is others' by now. What was moved to our list since, and its answer lost, is found there.
        _taking.LookForStrays();
    }

    void Rung(ReadOnlyMemory<byte> payload)
    {
        if (Utf8Parser.TryParse(payload.Span, out long due, out _))
        {
            _pump.Expect(due);
        }

        _receiving.Wake();
    }

    async Task HoldAsync(Taken taken)
    {
        foreach (var listed in taken.WithoutBody)
        {
            // Handled already, or cancelled: only its place is left.
            await _acknowledgements.AddAsync(listed);
        }

        foreach (var (listed, stored, reason) in taken.Unreadable)
        {
            _bus.Logger.Unreadable(listed.Name, Queue, reason);
            var unreadable = Envelope.Wrap(stored, reason, _bus.Clock.GetUtcNow());
            await _bus.Sender($"{Queue}_error").SendAsync(new Outgoing(Entry.Id(listed.Name), unreadable.Stored));
            await _acknowledgements.AddAsync(listed);
        }

        if (taken.Messages.Count > 0)
        {
            _handlers.Add(taken.Messages.ConvertAll(message => new Delivery(this, message.Listed, message.Envelope)).FindAll(_held.TryAdd));
        }
    }

    async Task HandleAsync(Delivery delivery)
    {
        try
        {
            await _handle(delivery);
            LetGoUnsettled(delivery);
        }
        catch (Exception error)
        {
            // Not settled: it stays ours until the process ends, unless it is given back.
            _bus.Logger.HandlerFailed(delivery.Entry, Queue, error);
            await TryReturnAsync(delivery);
        }
    }

    // Neither acknowledged nor returned, as when the lease ran out before it was begun. If nobody has taken it since, it is on our list still, and with the next look is begun again.
    void LetGoUnsettled(Delivery delivery)
    {
        if (_held.TryGet(delivery.Entry, out var held) && ReferenceEquals(held, delivery))
        {
            _taking.LookForStrays();
            Settled(delivery);
        }
    }

    async Task TryReturnAsync(Delivery delivery)
    {
        try
        {
            await ReturnAsync(delivery, AfterFailure);
        }
        catch (Exception error) when (error is RespConnectionException or RespServerException or ObjectDisposedException)
        {
            // Out of our hands, and on our list in Redis: found as a stray, or by others when the lease is over.
            _bus.Logger.ReceiveFailed(Queue, error.Message);
        }
    }

    void Settled(Delivery delivery)
    {
        if (_held.Remove(delivery) >= _settings.Prefetch)
        {
            _receiving.Wake();
        }
    }
}
