using System.Diagnostics;

namespace Agent.RedisTransport.Tests;

/// <summary>For what the bus does by itself, and tells nobody.</summary>
static class Eventually
{
    public static async Task HoldsAsync(Func<Task<bool>> condition, TimeSpan? limit = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > (limit ?? TimeSpan.FromSeconds(60)))
            {
                throw new TimeoutException("It did not become so.");
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
