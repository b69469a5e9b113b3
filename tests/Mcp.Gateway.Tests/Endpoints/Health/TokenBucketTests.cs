using Agent.Mcp.Gateway.Endpoints.Health;
using Agent.Mcp.Gateway.Tests.Servers;

namespace Agent.Mcp.Gateway.Tests.Endpoints.Health;

public sealed class TokenBucketTests
{
    readonly ManualTime _time = new();

    [Fact]
    public void Burst_IsFree_ThenCallsWaitInOrder_ThenTheyAreRefused()
    {
        var bucket = new TokenBucket(new(2, 2, TimeSpan.FromSeconds(1)), _time);

        Take(bucket).ShouldBe((null, TimeSpan.Zero));
        Take(bucket).ShouldBe((null, TimeSpan.Zero));
        Take(bucket).ShouldBe((null, TimeSpan.FromSeconds(0.5)));
        Take(bucket).ShouldBe((null, TimeSpan.FromSeconds(1)));
        Take(bucket).ShouldBe((TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(1.5)));
        bucket.Throttled.ShouldBe(1);
    }

    [Fact]
    public void Incidents_CountStretches_NotCalls()
    {
        var bucket = new TokenBucket(new(1, 1, TimeSpan.Zero), _time);
        Take(bucket);
        Take(bucket);
        Take(bucket);

        (bucket.Throttled, bucket.Incidents, bucket.IsThrottling).ShouldBe((2, 1, true));
        _time.Pass(TimeSpan.FromSeconds(1));
        bucket.IsThrottling.ShouldBeFalse();

        Take(bucket);
        Take(bucket);
        (bucket.Throttled, bucket.Incidents).ShouldBe((3, 2));
    }

    [Fact]
    public void Never_gives_more_than_burst_and_rate_allow()
    {
        var bucket = new TokenBucket(new(10, 5, TimeSpan.Zero), _time);
        var random = new Random(7);
        var (taken, passed) = (0, TimeSpan.Zero);
        for (var round = 0; round < 10_000; round++)
        {
            taken += bucket.Take(out _) is null ? 1 : 0;
            var step = TimeSpan.FromMilliseconds(random.Next(20));
            _time.Pass(step);
            passed += step;
        }

        taken.ShouldBeInRange((int)(passed.TotalSeconds * 10) - 10, (int)(passed.TotalSeconds * 10) + 5);
    }

    static (TimeSpan? Refused, TimeSpan Wait) Take(TokenBucket bucket)
    {
        var refused = bucket.Take(out var wait);
        return (refused, wait);
    }
}
