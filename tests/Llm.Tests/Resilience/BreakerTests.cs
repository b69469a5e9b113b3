using Agent.Llm.Resilience;

namespace Agent.Llm.Tests.Resilience;

public class BreakerTests
{
    static readonly BreakerLimits Limits = new(3, 10, 60, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));

    readonly Breaker _breaker = new(Limits);

    [Fact]
    public void Opens_after_failures_in_a_row_and_tries_one_at_a_time()
    {
        Fail(3);

        _breaker.Enter(TimeSpan.FromSeconds(4)).ShouldBe(TimeSpan.FromSeconds(6));
        _breaker.Enter(TimeSpan.FromSeconds(10)).ShouldBeNull();
        _breaker.Enter(TimeSpan.FromSeconds(10)).ShouldBe(Limits.TryAgainIn);
        _breaker.Succeeded();
        _breaker.Enter(TimeSpan.FromSeconds(10)).ShouldBeNull();
        _breaker.Trips.ShouldBe(1);
    }

    [Fact]
    public void Opens_when_most_of_the_last_requests_failed()
    {
        for (var number = 0; number < 3; number++)
        {
            Fail(2);
            _breaker.Succeeded();
        }

        _breaker.IsOpen.ShouldBeFalse();
        Fail(1);
        _breaker.IsOpen.ShouldBeTrue();
    }

    [Fact]
    public void A_failed_try_keeps_it_open()
    {
        Fail(3);
        _breaker.Enter(TimeSpan.FromSeconds(10)).ShouldBeNull();
        _breaker.Failed(TimeSpan.FromSeconds(10));

        _breaker.Enter(TimeSpan.FromSeconds(11)).ShouldBe(TimeSpan.FromSeconds(9));
        _breaker.Trips.ShouldBe(1);
    }

    [Fact]
    public void A_limit_frees_the_try_and_is_no_failure()
    {
        Fail(3);
        _breaker.Enter(TimeSpan.FromSeconds(10)).ShouldBeNull();
        _breaker.Neither();

        _breaker.Enter(TimeSpan.FromSeconds(10)).ShouldBeNull();
    }

    void Fail(int times)
    {
        for (var number = 0; number < times; number++)
        {
            _breaker.Failed(TimeSpan.Zero);
        }
    }
}
