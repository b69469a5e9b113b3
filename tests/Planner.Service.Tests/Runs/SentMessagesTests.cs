using Agent.Contracts;
using Agent.Planner.Service.Runs;

namespace Agent.Planner.Service.Tests.Runs;

public sealed class SentMessagesTests
{
    static readonly TimeSpan After = TimeSpan.FromSeconds(5);

    readonly ManualTime _time = new();
    readonly Guid _run = Guid.CreateVersion7();

    [Fact]
    public void TryClaim_OfTwoLooksAtOnce_OneSends()
    {
        var sent = new SentMessages(_time);

        sent.TryClaim(_run, Owed(), After).ShouldBe(1);
        sent.TryClaim(_run, Owed(), After).ShouldBe(0);
    }

    [Fact]
    public void TryClaim_RepeatsAreRarerEachTime()
    {
        var sent = new SentMessages(_time);
        var times = new List<int>();
        for (var second = 0; second < 200; second++)
        {
            if (sent.TryClaim(_run, Owed(), After) > 0)
            {
                times.Add(second);
            }

            _time.Advance(TimeSpan.FromSeconds(1));
        }

        times.ShouldBe([0, 5, 15, 35, 75, 135, 195]);
    }

    [Fact]
    public void TryClaim_WhileTheModelIsAway_RepeatsStaySteady()
    {
        var sent = new SentMessages(_time);
        var times = new List<int>();
        for (var second = 0; second < 60; second++)
        {
            if (sent.TryClaim(_run, Owed(), After, forCapacity: true) > 0)
            {
                times.Add(second);
            }

            _time.Advance(TimeSpan.FromSeconds(1));
        }

        times.ShouldBe([0, 5, 15, 25, 35, 45, 55]);
    }

    [Fact]
    public void TryClaim_NewOccasion_IsSentAtOnce()
    {
        var sent = new SentMessages(_time);
        sent.TryClaim(_run, Owed(), After);

        sent.TryClaim(_run, Owed() with { Stamp = 1 }, After).ShouldBe(1);
    }

    [Fact]
    public void Keep_WhatIsOwedNoLonger_IsSentAtOnceWhenOwedAnew()
    {
        var sent = new SentMessages(_time);
        sent.TryClaim(_run, Owed(), After);

        sent.Keep(_run, []);

        sent.TryClaim(_run, Owed(), After).ShouldBe(1);
    }

    [Fact]
    public void GiveBack_SendingFailed_IsDueAgain()
    {
        var sent = new SentMessages(_time);
        sent.TryClaim(_run, Owed(), After);

        sent.GiveBack(_run, Owed());

        sent.TryClaim(_run, Owed(), After).ShouldBe(1);
    }

    OwedMessage Owed() => new(new ExecuteStep(_run, "a", 1));
}
