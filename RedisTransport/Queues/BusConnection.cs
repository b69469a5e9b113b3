using System.Collections.Concurrent;
using System.Globalization;
using Agent.Resp;
using Microsoft.Extensions.Logging;

namespace Agent.RedisTransport.Queues;

/// <summary>What all endpoints of one bus share: three connections (and one for optimistic transactions), the process's heartbeat, senders, bindings.</summary>
sealed class BusConnection : IAsyncDisposable
{
    readonly ConcurrentDictionary<string, QueueSender> _senders = new(StringComparer.Ordinal);
    readonly Lock _gate = new();
    readonly CancellationTokenSource _stopped = new();
    long _lastId;
    Task? _keeping;

    public BusConnection(RespOptions server, RedisTransportOptions options, ILogger logger, TimeProvider clock)
    {
        Options = options;
        Logger = logger;
        Clock = clock;
        Keys = new QueueKeys(options.KeyPrefix);
        Commands = new RespConnection(server with { WatchConnections = 1 });
        Takes = new RespConnection(server with { WatchConnections = 1 });
        Bells = new RespSubscriber(server);
        Bindings = new Bindings(this);
        Lease = new NodeLease(this);
        Sweeper = new Sweeper(this);
        Metrics = new QueueMetrics(this);
    }

    /// <summary>This process, on this bus: part of storage ids and of consumer names.</summary>
    public string Node { get; } = Convert.ToHexStringLower(Guid.CreateVersion7().ToByteArray(bigEndian: true).AsSpan(4, 8));

    public RedisTransportOptions Options { get; }

    public ILogger Logger { get; }

    public TimeProvider Clock { get; }

    public QueueKeys Keys { get; }

    /// <summary>For sending, and whatever is not in a hurry.</summary>
    public RespConnection Commands { get; }

    /// <summary>For taking and acknowledging: a take does not wait behind sends, which an embedded server answers only when they are on its disk.</summary>
    public RespConnection Takes { get; }

    public RespSubscriber Bells { get; }

    public Bindings Bindings { get; }

    public NodeLease Lease { get; }

    public Sweeper Sweeper { get; }

    public QueueMetrics Metrics { get; }

    public CancellationToken Stopped => _stopped.Token;

    public string NewId() => string.Create(CultureInfo.InvariantCulture, $"{Node}-{Interlocked.Increment(ref _lastId):x}");

    public QueueSender Sender(string queue, bool temporary = false) =>
        _senders.TryGetValue(queue, out var sender) ? sender : AddSender(queue, temporary);

    /// <summary>Begins to show that this process lives, and to look for those that do not. Called by whoever starts to receive.</summary>
    public async Task EnsureKeptAsync(CancellationToken cancellationToken)
    {
        await Lease.RenewAsync(cancellationToken);
        lock (_gate)
        {
            _keeping ??= Task.Run(() => Task.WhenAll(Lease.KeepAsync(_stopped.Token), Sweeper.RunAsync(_stopped.Token), Metrics.RunAsync(_stopped.Token)), CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        if (_keeping is not null)
        {
            await _keeping;
        }

        Metrics.Dispose();
        await Lease.EndAsync();
        Lease.Dispose();
        await Bells.DisposeAsync();
        await Takes.DisposeAsync();
        await Commands.DisposeAsync();
    }

    /// <summary>Ends as a killed process does: without a word.</summary>
    internal async Task AbandonAsync()
    {
        await _stopped.CancelAsync();
        await Bells.DisposeAsync();
        await Takes.DisposeAsync();
        await Commands.DisposeAsync();
        Metrics.Dispose();
    }

    QueueSender AddSender(string queue, bool temporary)
    {
        // Names of temporary queues come and go; forgetting a sender costs one command at its next use.
        if (_senders.Count > 10_000)
        {
            _senders.Clear();
        }

        return _senders.GetOrAdd(queue, name => new QueueSender(this, name, temporary));
    }
}
