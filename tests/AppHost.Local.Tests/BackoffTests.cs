using Agent.AppHost.Local.Running;

namespace Agent.AppHost.Local.Tests;

public class BackoffTests
{
    [Fact]
    public void After_QuickCrashes_WaitsLongerUpToALimit()
    {
        var backoff = new Backoff();

        var delays = Enumerable.Range(0, 12).Select(_ => backoff.After(TimeSpan.Zero)).ToList();

        delays[0].ShouldBe(TimeSpan.FromMilliseconds(100));
        delays.ShouldBeInOrder();
        delays[^1].ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void After_ARunThatWentWell_StartsFromTheBeginning()
    {
        var backoff = new Backoff();
        for (var i = 0; i < 5; i++)
        {
            backoff.After(TimeSpan.Zero);
        }

        backoff.After(TimeSpan.FromMinutes(1)).ShouldBe(TimeSpan.FromMilliseconds(100));
    }
}
