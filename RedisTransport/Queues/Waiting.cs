namespace Agent.RedisTransport.Queues;

/// <summary>Waits that end quietly when they are cancelled: a loop that stops is no error.</summary>
static class Waiting
{
    public static async Task<bool> TickAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public static async Task<bool> PauseAsync(TimeSpan pause, TimeProvider clock, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(pause, clock, cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
