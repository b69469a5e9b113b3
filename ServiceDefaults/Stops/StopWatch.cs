using Agent.Journal.Stops;
using Agent.Resp;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Agent.ServiceDefaults.Stops;

/// <summary>Keeps the <see cref="StopSign"/> current: at once by the bell, twice a second without it; and tells the store what this instance does about it.</summary>
sealed class StopWatch(KillSwitch killSwitch, StopSign sign, StopInstance instance, TimeProvider time, ILogger<StopWatch> logger) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(3);

    readonly SemaphoreSlim _rung = new(0, 1);
    StopAcknowledgement? _said;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        IAsyncDisposable? subscription = null;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    await LookAsync(stoppingToken);
                    subscription ??= await killSwitch.OnChangedAsync(Ring, stoppingToken);
                }
                catch (Exception away) when (away is RespConnectionException or RespServerException)
                {
                    // What is known holds; without the store nobody can act on a run anyway.
                    logger.StopNotRead(away.Message);
                }

                await _rung.WaitAsync(sign.State is { IsEngaged: true } && sign.InFlight > 0 ? Soon : Interval, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            await (subscription?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _rung.Dispose();
    }

    async Task LookAsync(CancellationToken cancellationToken)
    {
        var known = sign.State;
        var state = await killSwitch.ReadAsync(cancellationToken);
        sign.Show(state);
        if (known != state && (known is not null || state.IsEngaged))
        {
            logger.StopChanged(state.IsEngaged ? "engaged" : "lifted", state.Principal, state.Epoch);
        }

        var word = new StopAcknowledgement(instance.Name, state.Epoch, state.IsEngaged, state.IsEngaged ? sign.InFlight : 0, time.GetUtcNow());
        if (_said is null || word with { At = _said.At } != _said || word.At - _said.At > SayEvery)
        {
            await killSwitch.AcknowledgeAsync(word, cancellationToken);
            _said = word;
        }
    }

    void Ring()
    {
        try
        {
            _rung.Release();
        }
        catch (Exception passed) when (passed is SemaphoreFullException or ObjectDisposedException)
        {
            // It is about to look already, or for the last time.
        }
    }
}

/// <summary>This process, as the switch's acknowledgements name it.</summary>
sealed record StopInstance(string Name);

static partial class StopLog
{
    [LoggerMessage(LogLevel.Warning, "The kill switch was {What} by {Principal} (stop {Epoch})")]
    public static partial void StopChanged(this ILogger logger, string what, string principal, long epoch);

    [LoggerMessage(LogLevel.Debug, "The kill switch could not be read: {Reason}")]
    public static partial void StopNotRead(this ILogger logger, string reason);
}
