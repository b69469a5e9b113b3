namespace Agent.Resp;

/// <summary>One open connection: callers put commands into a buffer, whoever finds no writer at work becomes the writer and sends all there is, one reader hands out
/// the replies in order. Breaks once, and for all who wait.</summary>
sealed class RespLink : IThreadPoolWorkItem, IDisposable
{
    // With no more than these under way, a write for each costs less than the time they would wait for another.
    const int Few = 4;

    readonly Stream _stream;
    readonly RespOptions _options;
    readonly Lock _gate = new();
    readonly Queue<PendingReply> _waiting = new();
    readonly Timer _watchdog;
    RespWriter _filling = new();
    RespWriter _sending = new();
    bool _writing;
    bool _watched;
    Exception? _cause;

    public RespLink(Stream stream, RespOptions options)
    {
        _stream = stream;
        _options = options;
        _watchdog = new Timer(static state => ((RespLink)state!).LookForOverdue(), this, Timeout.Infinite, Timeout.Infinite);
        _ = ReadAsync();
    }

    /// <summary>Called once when the connection broke; not when it was disposed.</summary>
    public Action<RespLink>? Broken { get; set; }

    public long Generation { get; init; }

    public bool IsOpen => Volatile.Read(ref _cause) is null;

    /// <summary>Queues one command; false when the connection is broken and nothing was sent.</summary>
    public bool TrySend(in RespCommand command, PendingReply reply)
    {
        bool? atOnce;
        lock (_gate)
        {
            if (_cause is not null)
            {
                return false;
            }

            _filling.Command(command);
            atOnce = Queued(reply);
        }

        StartWriting(atOnce);
        return true;
    }

    /// <summary>Queues commands that go out together; false when the connection is broken and nothing was sent.</summary>
    public bool TrySend(ReadOnlySpan<RespCommand> commands, bool atomic, PendingReply reply)
    {
        bool? atOnce;
        lock (_gate)
        {
            if (_cause is not null)
            {
                return false;
            }

            if (atomic)
            {
                _filling.Command(Multi);
            }

            foreach (ref readonly var command in commands)
            {
                _filling.Command(command);
            }

            if (atomic)
            {
                _filling.Command(Exec);
            }

            atOnce = Queued(reply);
        }

        StartWriting(atOnce);
        return true;
    }

    static readonly RespCommand Multi = RespCommand.Of("MULTI");
    static readonly RespCommand Exec = RespCommand.Of("EXEC");

    public void Dispose()
    {
        Broken = null;
        Break(new RespConnectionException($"The connection to Redis at {_options} was closed."));
    }

    /// <summary>What to tell somebody whose command found it broken.</summary>
    public RespConnectionException Closed() => Lost(Volatile.Read(ref _cause));

    /// <summary>The writer's turn on a busy connection: what further callers add meanwhile goes out in the same write.</summary>
    void IThreadPoolWorkItem.Execute() => _ = WriteAsync();

    /// <summary>Null when a writer is at work; else whether the connection was nearly idle, so that waiting for company would only cost time.</summary>
    bool? Queued(PendingReply reply)
    {
        reply.SentAt = Environment.TickCount64;
        _waiting.Enqueue(reply);
        if (!_watched)
        {
            _watched = true;
            _watchdog.Change(WatchInterval, Timeout.InfiniteTimeSpan);
        }

        if (_writing)
        {
            return null;
        }

        _writing = true;
        return _waiting.Count <= Few;
    }

    void StartWriting(bool? atOnce)
    {
        if (atOnce == true)
        {
            _ = WriteAsync();
        }
        else if (atOnce == false)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    TimeSpan WatchInterval => TimeSpan.FromMilliseconds(Math.Clamp(_options.CommandTimeout.TotalMilliseconds / 4, 10, 1000));

    async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                lock (_gate)
                {
                    _sending.Clear();
                    if (_filling.IsEmpty || _cause is not null)
                    {
                        _writing = false;
                        return;
                    }

                    (_filling, _sending) = (_sending, _filling);
                }

                await _stream.WriteAsync(_sending.Written);
            }
        }
        catch (Exception error)
        {
            Break(Lost(error));
        }
    }

    async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        var parser = new RespParser();
        try
        {
            while (true)
            {
                var count = await _stream.ReadAsync(buffer);
                if (count == 0)
                {
                    Break(Lost(null));
                    return;
                }

                Hand(parser, buffer.AsSpan(0, count));
            }
        }
        catch (Exception error)
        {
            Break(Lost(error));
        }
    }

    void Hand(RespParser parser, ReadOnlySpan<byte> input)
    {
        while (parser.TryRead(ref input, out var value))
        {
            if (parser.WasPush)
            {
                continue;
            }

            Next().Take(value);
        }
    }

    PendingReply Next()
    {
        lock (_gate)
        {
            if (!_waiting.TryPeek(out var reply))
            {
                throw _cause ?? new RespProtocolException("a reply nobody asked for");
            }

            // Out of the queue before its last reply: a break must find only those that still wait.
            if (--reply.Remaining == 0)
            {
                _waiting.Dequeue();
            }

            return reply;
        }
    }

    void LookForOverdue()
    {
        RespConnectionException? overdue = null;
        lock (_gate)
        {
            if (_cause is not null || !_waiting.TryPeek(out var oldest))
            {
                _watched = false;
                return;
            }

            if (Environment.TickCount64 - oldest.SentAt > _options.CommandTimeout.TotalMilliseconds)
            {
                // Replies come in order: what is behind the overdue one can not be told apart from it, so the connection goes.
                overdue = new RespConnectionException($"Redis at {_options} gave no reply within {_options.CommandTimeout.TotalSeconds:0.#} s; the command may or may not have been done.");
            }
            else
            {
                _watchdog.Change(WatchInterval, Timeout.InfiniteTimeSpan);
            }
        }

        if (overdue is not null)
        {
            Break(overdue);
        }
    }

    void Break(RespConnectionException cause)
    {
        PendingReply[] orphans;
        lock (_gate)
        {
            if (_cause is not null)
            {
                return;
            }

            _cause = cause;
            orphans = [.. _waiting];
            _waiting.Clear();
        }

        _watchdog.Dispose();
        _stream.Dispose();
        foreach (var orphan in orphans)
        {
            orphan.Fail(cause);
        }

        Broken?.Invoke(this);
    }

    RespConnectionException Lost(Exception? error) => error switch
    {
        RespConnectionException known => known,
        RespProtocolException protocol => new($"Redis at {_options} sent {protocol.Message}; the connection was closed.", protocol),
        _ => new($"The connection to Redis at {_options} broke while a command waited; it may or may not have been done.", error),
    };
}
