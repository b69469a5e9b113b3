namespace Agent.Resp;

/// <summary>One open pub/sub connection, and PINGs when it is silent, so that a half-open one is noticed.</summary>
sealed class SubscriberLink : IAsyncDisposable
{
    readonly Stream _stream;
    readonly RespOptions _options;
    readonly RespParser _parser = new();
    readonly RespWriter _writer = new();
    readonly SemaphoreSlim _turn = new(1);
    readonly byte[] _buffer = new byte[8 * 1024];

    bool _heard;
    long? _pingedAt;

    SubscriberLink(Stream stream, RespOptions options)
    {
        _stream = stream;
        _options = options;
    }

    public static async Task<SubscriberLink> GreetAsync(Stream stream, RespOptions options, CancellationToken limit)
    {
        var link = new SubscriberLink(stream, options);
        foreach (var command in RespDialer.Greeting(options, protocol: 2))
        {
            await link.SendAsync(command);
            RespDialer.Check(command, await link.ReplyAsync(limit));
        }

        return link;
    }

    public async Task SendAsync(RespCommand command)
    {
        await _turn.WaitAsync();
        try
        {
            _writer.Clear();
            _writer.Command(command);
            await _stream.WriteAsync(_writer.Written);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            throw Broken(error);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>As <see cref="SendAsync"/>, where a broken connection has done the job already.</summary>
    public async Task<bool> TrySendAsync(RespCommand command)
    {
        try
        {
            await SendAsync(command);
            return true;
        }
        catch (RespConnectionException)
        {
            return false;
        }
    }

    /// <summary>Gives each message to <paramref name="take"/>, on the thread that reads, until the connection ends.</summary>
    public async Task FollowAsync(Action<RespValue[]> take, CancellationToken cancellationToken)
    {
        await using var closing = cancellationToken.UnsafeRegister(static link => ((SubscriberLink)link!)._stream.Dispose(), this);
        await using var watchdog = new Timer(static link => ((SubscriberLink)link!).LookForSilence(), this, _options.KeepAlive, _options.KeepAlive);
        while (true)
        {
            int count;
            try
            {
                count = await _stream.ReadAsync(_buffer, CancellationToken.None);
            }
            catch (Exception error) when (error is IOException or ObjectDisposedException)
            {
                return;
            }

            if (count == 0)
            {
                return;
            }

            Volatile.Write(ref _heard, true);
            Take(count, take);
        }
    }

    public async ValueTask DisposeAsync() => await _stream.DisposeAsync();

    // Asked when it was silent, given up when it stays so: half-open connections look just like idle ones.
    void LookForSilence()
    {
        if (Interlocked.Exchange(ref _heard, false))
        {
            _pingedAt = null;
        }
        else if (_pingedAt is not { } at)
        {
            _pingedAt = Environment.TickCount64;
            _ = TrySendAsync(RespCommand.Of("PING"));
        }
        else if (Environment.TickCount64 - at > _options.CommandTimeout.TotalMilliseconds)
        {
            _stream.Dispose();
        }
    }

    void Take(int count, Action<RespValue[]> take)
    {
        ReadOnlySpan<byte> input = _buffer.AsSpan(0, count);
        while (_parser.TryRead(ref input, out var value))
        {
            if (value.Kind == RespKind.Error)
            {
                throw new RespConnectionException($"Redis at {_options} refused a subscription: {value.AsString()}");
            }

            if (value.Kind == RespKind.Array)
            {
                take(value.AsArray());
            }
        }
    }

    async Task<RespValue> ReplyAsync(CancellationToken limit)
    {
        while (true)
        {
            var count = await _stream.ReadAsync(_buffer, limit);
            if (count == 0)
            {
                throw Broken(null);
            }

            if (TryOne(count, out var reply))
            {
                return reply;
            }
        }
    }

    bool TryOne(int count, out RespValue reply)
    {
        ReadOnlySpan<byte> input = _buffer.AsSpan(0, count);
        try
        {
            return _parser.TryRead(ref input, out reply);
        }
        catch (RespProtocolException error)
        {
            throw Broken(error);
        }
    }

    RespConnectionException Broken(Exception? error) => new($"The pub/sub connection to Redis at {_options} broke.", error);
}
