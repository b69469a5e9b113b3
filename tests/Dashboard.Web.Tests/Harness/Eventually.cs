using Agent.Resp;

namespace Agent.Dashboard.Web.Tests.Harness;

/// <summary>For what becomes true by itself, within a bound.</summary>
static class Eventually
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Between = TimeSpan.FromMilliseconds(25);

    /// <summary>Again while the store is away.</summary>
    public static async Task SucceedsAsync(Func<Task> act)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await act();
                return;
            }
            catch (RespConnectionException) when (TimeProvider.System.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(Between);
            }
        }
    }

    public static async Task IsTrueAsync(Func<bool> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            (TimeProvider.System.GetElapsedTime(started) < Patience).ShouldBeTrue($"{what} did not become true within {Patience.TotalSeconds} s");
            await Task.Delay(Between);
        }
    }
}
