using Agent.Resp;

namespace Agent.Journal;

/// <summary>A held lease; renewed in the background until disposed.</summary>
public sealed class Lease : IAsyncDisposable
{
    readonly RespConnection _connection;
    readonly TimeProvider _time;
    readonly string _key;
    readonly string _proof;
    readonly TimeSpan _duration;
    readonly CancellationTokenSource _lost;
    readonly CancellationTokenSource _given = new();
    readonly PeriodicTimer _renewal;
    readonly Task _renewing;
    long _asked;
    int _disposed;

    internal Lease(RespConnection connection, TimeProvider time, string name, string key, string proof, long token, TimeSpan duration, long asked)
    {
        (_connection, _time, _key, _proof, _duration) = (connection, time, key, proof, duration);
        (Name, Token, _asked) = (name, token, asked);

        // Counted from the asking, so that this clock runs out before the server's.
        var left = duration - time.GetElapsedTime(asked);
        _lost = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        _renewal = new PeriodicTimer(duration / 3, time);
        _renewing = RenewAsync(_given.Token);
    }

    public string Name { get; }

    /// <summary>Grows with each new owner of this name.</summary>
    public long Token { get; }

    /// <summary>Cancelled when the lease is lost (taken over, or the store unreachable for longer than the lease): stop acting.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Gives it back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        // Ends the waiting without an exception, which each step and each review would pay for.
        _renewal.Dispose();
        await _given.CancelAsync();
        await _renewing;
        try
        {
            await GiveBackAsync(RespCommand.Of("DEL", _key));
        }
        catch (Exception exception) when (exception is RespConnectionException or RespServerException or ObjectDisposedException)
        {
            // It runs out by itself.
        }

        _given.Dispose();
        _lost.Dispose();
    }

    /// <summary>If a killed server forgets it, the lease runs out by itself: so it is hasty.</summary>
    async Task GiveBackAsync(RespCommand delete)
    {
        // In its first half it is surely ours, which saves the asking. The command must not wait for another connection: it might come when the lease is a successor's.
        // One that a server carries out late, having slept over it, costs that successor its lease, which it notices; what it writes is fenced by its token.
        if (!_lost.IsCancellationRequested && _time.GetElapsedTime(Volatile.Read(ref _asked)) < _duration / 2 && _connection.Generation is > 0 and var generation)
        {
            try
            {
                await _connection.ExecuteAsync(new[] { delete }, generation, hasty: true);
                return;
            }
            catch (RespConnectionException)
            {
                // Over the next connection it is asked first.
            }
        }

        await IfOursAsync(delete, hasty: true, CancellationToken.None);
    }

    async Task RenewAsync(CancellationToken given)
    {
        try
        {
            while (await _renewal.WaitForNextTickAsync(CancellationToken.None) && !_lost.IsCancellationRequested)
            {
                await RenewOnceAsync(given);
            }
        }
        catch (OperationCanceledException) when (given.IsCancellationRequested)
        {
            // Given back.
        }
    }

    async Task RenewOnceAsync(CancellationToken given)
    {
        var asked = _time.GetTimestamp();
        try
        {
            if (!await IfOursAsync(RespCommand.Of("PEXPIRE", _key, (long)_duration.TotalMilliseconds), hasty: false, given))
            {
                await _lost.CancelAsync();
                return;
            }

            Volatile.Write(ref _asked, asked);
            var left = _duration - _time.GetElapsedTime(asked);
            if (left > TimeSpan.Zero)
            {
                _lost.CancelAfter(left);
            }
        }
        catch (Exception exception) when (exception is RespConnectionException or RespServerException)
        {
            // Not renewed: unless the next try comes through in time, the clock set by the last one says when it is lost.
        }
    }

    /// <summary>Does something to the key if it still holds our proof; false: it does not.</summary>
    async Task<bool> IfOursAsync(RespCommand command, bool hasty, CancellationToken cancellationToken)
    {
        while (true)
        {
            var ours = false;
            var done = await _connection.WatchAsync(
                [_key],
                async reader => (ours = (await reader.ExecuteAsync(RespCommand.Of("GET", _key), cancellationToken)).AsString() == _proof) ? [command] : null,
                hasty,
                cancellationToken);
            if (done is not null)
            {
                // A key that ran out between the reading and the doing is not there to be renewed.
                return done[0].AsInt64() == 1;
            }

            if (!ours)
            {
                return false;
            }
        }
    }
}
