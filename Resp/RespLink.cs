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
    readonly Queue<PendingReply> _unsaved = new();
    readonly Timer _watchdog;
    RespWriter _filling = new();
    RespWriter _sending = new();
    bool _writing;
    bool _watched;
    bool _wrote;
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
            atOnce = Queued(reply, awaitsFile: !HastyCommands.Has(command.Name));
        }

        StartWriting(atOnce);
        return true;
    }

    /// <summary>Queues commands that go out together; false when the connection is broken and nothing was sent.</summary>
    public bool TrySend(ReadOnlySpan<RespCommand> commands, bool atomic, PendingReply reply, bool hasty = false)
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

            var awaitsFile = atomic;
            foreach (ref readonly var command in commands)
            {
                _filling.Command(command);
                awaitsFile |= !HastyCommands.Has(command.Name);
            }

            if (atomic)
            {
                _filling.Command(Exec);
            }

            reply.IsTransaction = atomic;
            atOnce = Queued(reply, awaitsFile && !hasty);
        }

        StartWriting(atOnce);
        return true;
    }

    static readonly RespCommand Multi = RespCommand.Of("MULTI");
    static readonly RespCommand Exec = RespCommand.Of("EXEC");
    static readonly RespCommand Commit = RespCommand.Of("COMMITAOF");

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
    bool? Queued(PendingReply reply, bool awaitsFile)
    {
        reply.SentAt = Environment.TickCount64;
        reply.AwaitsFile = awaitsFile && _options.CommitAof;
        _wrote |= reply.AwaitsFile;
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

                    if (_wrote)
                    {
                        // One for all that goes out in this write.
                        _wrote = false;
                        _filling.Command(Commit);
                        _waiting.Enqueue(new FileReply { SentAt = Environment.TickCount64 });
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

            var reply = Next(value, out var unsaved);
            if (unsaved)
            {
                continue;
            }

            reply.Take(value);
            if (reply is FileReply file)
            {
                GiveSaved(file);
            }
        }
    }

    /// <param name="unsaved">True when the reply was kept until the file has what it answers.</param>
    PendingReply Next(in RespValue value, out bool unsaved)
    {
        lock (_gate)
        {
            if (!_waiting.TryPeek(out var reply))
            {
                throw _cause ?? new RespProtocolException("a reply nobody asked for");
            }

            // Out of the queue before its last reply: a break must find only those that still wait.
            unsaved = false;
            if (reply.IsTransaction && value.Kind == RespKind.Error)
            {
                // Refused: nothing of it is worth waiting for. Garnet answers the impossible command a second time behind it, which ends the connection.
                reply.AwaitsFile = false;
            }

            if (--reply.Remaining == 0)
            {
                _waiting.Dequeue();
                if (reply.AwaitsFile)
                {
                    reply.Last = value;
                    _unsaved.Enqueue(reply);
                    unsaved = true;
                }
            }

            return reply;
        }
    }

    void GiveSaved(FileReply file)
    {
        if (file.Refusal is { } refusal)
        {
            throw new RespConnectionException(
                $"Redis at {_options} refused COMMITAOF ({refusal}), so whether what was written is in its file is not known. commitAof=true in ConnectionStrings__redis is for Garnet with an append-only file; leave it out for other servers.");
        }

        while (true)
        {
            PendingReply? saved;
            lock (_gate)
            {
                if (!_unsaved.TryDequeue(out saved))
                {
                    return;
                }
            }

            saved.Take(saved.Last);
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
            orphans = [.. _unsaved, .. _waiting];
            _unsaved.Clear();
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
