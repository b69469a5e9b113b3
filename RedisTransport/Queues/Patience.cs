using Agent.Resp;

namespace Agent.RedisTransport.Queues;

/// <summary>Tries again while the server is away, for as long as <see cref="RedisTransportOptions.SendPatience"/>.</summary>
static class Patience
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task<T> RunAsync<T>(BusConnection bus, Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        var began = bus.Clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await attempt();
            }
            catch (RespConnectionException) when (bus.Clock.GetElapsedTime(began) < bus.Options.SendPatience && !bus.Stopped.IsCancellationRequested)
            {
                await Waiting.PauseAsync(Pause, bus.Clock, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }
}
