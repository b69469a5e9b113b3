using System.Diagnostics;

namespace Agent.RedisTransport.Tests;

/// <summary>For what the bus does by itself, and tells nobody.</summary>
static class Eventually
{
    /// <param name="seen">What there is instead, for the message.</param>
    public static async Task HoldsAsync(Func<Task<bool>> condition, TimeSpan? limit = null, Func<string>? seen = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > (limit ?? TimeSpan.FromSeconds(60)))
            {
                throw new TimeoutException($"It did not become so. {seen?.Invoke()}");
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
