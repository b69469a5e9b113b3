using Agent.Mcp.Gateway.Endpoints.Health;
using Agent.Mcp.Gateway.Endpoints.Settings;
using Agent.Mcp.Gateway.Tests.Servers;

namespace Agent.Mcp.Gateway.Tests.Endpoints.Health;

public sealed class CircuitBreakerTests
{
    readonly ManualTime _time = new();
    readonly CircuitBreaker _breaker;

    public CircuitBreakerTests() => _breaker = new(new() { ConsecutiveFailures = 3, TotalFailures = 4, Window = 6, OpenFor = TimeSpan.FromSeconds(30) }, _time);

    [Fact]
    public void Failures_InARow_Open()
    {
        Fail(3);

        _breaker.State.ShouldBe(BreakerState.Open);
        _breaker.Trips.ShouldBe(1);
        _breaker.TryEnter().ShouldBe((null, TimeSpan.FromSeconds(30), false));
    }

    [Fact]
    public void Failures_WithSuccessesBetween_OpenOnTheirTotal()
    {
        for (var pair = 0; pair < 3; pair++)
        {
            Fail(1);
            Succeed();
        }

        _breaker.State.ShouldBe(BreakerState.Closed);
        Fail(2);

        _breaker.State.ShouldBe(BreakerState.Open);
    }

    [Fact]
    public void HalfOpen_LetsOneTry_AndClosesWhenItSucceeds()
    {
        Fail(3);
        _time.Pass(TimeSpan.FromSeconds(31));

        using var permit = _breaker.TryEnter().Permit!;
        permit.ShouldNotBeNull();
        _breaker.TryEnter().Permit.ShouldBeNull();
        permit.Succeeded();

        _breaker.State.ShouldBe(BreakerState.Closed);
        _breaker.TryEnter().Permit.ShouldNotBeNull();
    }

    [Fact]
    public void HalfOpen_OpensAgainWhenTheTryFails()
    {
        Fail(3);
        _time.Pass(TimeSpan.FromSeconds(31));

        Fail(1);

        _breaker.State.ShouldBe(BreakerState.Open);
        _breaker.Trips.ShouldBe(2);
    }

    [Fact]
    public void A429_IsNoFailure_AndFreesTheTry()
    {
        Fail(3);
        _time.Pass(TimeSpan.FromSeconds(31));
        using (var permit = _breaker.TryEnter().Permit!)
        {
            permit.CoolDown(TimeSpan.FromSeconds(10));
        }

        _breaker.TryEnter().ShouldBe((null, TimeSpan.FromSeconds(10), true));
        _time.Pass(TimeSpan.FromSeconds(10));

        _breaker.Trips.ShouldBe(1);
        _breaker.TryEnter().Permit.ShouldNotBeNull();
    }

    [Fact]
    public void A429_WhileClosed_StaysClosed()
    {
        for (var round = 0; round < 10; round++)
        {
            using var permit = _breaker.TryEnter().Permit!;
            permit.CoolDown(TimeSpan.FromSeconds(1));
            _time.Pass(TimeSpan.FromSeconds(1));
        }

        _breaker.State.ShouldBe(BreakerState.Closed);
        _breaker.Trips.ShouldBe(0);
    }

    [Fact]
    public void A_try_without_verdict_frees_its_place()
    {
        Fail(3);
        _time.Pass(TimeSpan.FromSeconds(31));

        _breaker.TryEnter().Permit!.Dispose();

        _breaker.TryEnter().Permit.ShouldNotBeNull();
    }

    [Fact]
    public void Late_verdicts_of_calls_from_before_change_nothing()
    {
        var early = _breaker.TryEnter().Permit!;
        Fail(3);

        early.Succeeded();

        _breaker.State.ShouldBe(BreakerState.Open);
    }

    void Fail(int times)
    {
        for (; times > 0; times--)
        {
            using var permit = _breaker.TryEnter().Permit!;
            permit.Failed();
        }
    }

    void Succeed()
    {
        using var permit = _breaker.TryEnter().Permit!;
        permit.Succeeded();
    }
}
