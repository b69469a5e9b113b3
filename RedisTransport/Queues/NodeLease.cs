using Agent.Resp;

namespace Agent.RedisTransport.Queues;

/// <summary>The process's heartbeat: a key that runs out when the process is silent for the lease.</summary>
sealed class NodeLease(BusConnection bus) : IDisposable
{
    readonly SemaphoreSlim _ensuring = new(1, 1);
    long _renewedAt;

    /// <summary>False when others may have taken what this process held.</summary>
    public bool IsHeld => Interlocked.Read(ref _renewedAt) is not 0 and var at && bus.Clock.GetElapsedTime(at) < bus.Options.Lease;

    /// <summary>Before something is taken. When it has run out, all receivers come here at once, and one renews it for all.</summary>
    public async ValueTask EnsureHeldAsync(CancellationToken cancellationToken)
    {
        if (IsHeld)
        {
            return;
        }

        await _ensuring.WaitAsync(cancellationToken);
        try
        {
            if (!IsHeld)
            {
                await RenewAsync(cancellationToken);
            }
        }
        finally
        {
            _ensuring.Release();
        }
    }

    public void Dispose() => _ensuring.Dispose();

    /// <summary>Renews it. One that had run out is held again only when what this process receives from is written down anew: who died now would otherwise leave what it took with nobody.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        var hadRunOut = !IsHeld;
        long at;
        do
        {
            // The time before the command: the key runs out later than we think, never earlier.
            at = bus.Clock.GetTimestamp();
            await ExtendAsync(cancellationToken);
        }
        while (bus.Clock.GetElapsedTime(at) > bus.Options.Lease / 2); // It waited for a server to come: counted from before the wait, the lease would be over already.

        if (hadRunOut)
        {
            await bus.Sweeper.EnterAgainAsync(cancellationToken);
        }

        Interlocked.Exchange(ref _renewedAt, at);
    }

    async Task ExtendAsync(CancellationToken cancellationToken)
    {
        var lease = (long)bus.Options.Lease.TotalMilliseconds;
        try
        {
            await bus.Commands.ExecuteAsync(RespCommand.Of("SET", bus.Keys.Alive(bus.Node), Environment.ProcessId, "PX", lease), cancellationToken);
        }
        catch (RespServerException full) when (full.Message.StartsWith("OOM", StringComparison.Ordinal))
        {
            // Lengthening needs no memory. Not otherwise: Garnet 2.2.5 answers PEXPIRE of a key that has run out with 128 KB of zeros.
            await bus.Commands.ExecuteAsync(RespCommand.Of("PEXPIRE", bus.Keys.Alive(bus.Node), lease), cancellationToken);
        }
    }

    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(bus.Options.Heartbeat, bus.Clock);
        while (await Waiting.TickAsync(timer, cancellationToken))
        {
            try
            {
                await RenewAsync(cancellationToken);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                bus.Logger.HeartbeatFailed(error.Message);
            }
        }
    }

    /// <summary>Says good-bye, so that nobody has to wait for the lease to run out.</summary>
    public async Task EndAsync()
    {
        if (Interlocked.Exchange(ref _renewedAt, 0) == 0 || !bus.Commands.IsConnected)
        {
            return;
        }

        try
        {
            await bus.Commands.ExecuteAsync(RespCommand.Of("DEL", bus.Keys.Alive(bus.Node)));
            if ((await bus.Commands.ExecuteAsync(RespCommand.Of("SCARD", bus.Keys.Receivers(bus.Node)))).AsInt64() == 0)
            {
                await bus.Commands.ExecuteAsync(RespCommand.Of("SREM", bus.Keys.Nodes, bus.Node));
            }
        }
        catch (Exception error) when (error is RespConnectionException or RespServerException)
        {
            bus.Logger.HeartbeatFailed(error.Message);
        }
    }
}
