using Agent.Policy.Service.Canary;
using Agent.ServiceDefaults;

namespace Agent.Policy.Service.Tests.Canary;

public class CanarySpikeTests
{
    static readonly CanaryThresholds Thresholds = new(Factor: 2, Floor: 0.1, Least: 50);

    [Theory]
    [InlineData(40, 9, 900, 100, false)] // too few on the canary
    [InlineData(40, 60, 49, 0, false)] // too few to compare with
    [InlineData(80, 20, 900, 100, false)] // exactly twice as many
    [InlineData(79, 21, 900, 100, true)] // more than twice as many
    [InlineData(95, 5, 1000, 0, false)] // below the floor
    [InlineData(90, 10, 1000, 0, true)] // at the floor, others none
    [InlineData(50, 50, 500, 500, false)] // held up as much as the others
    public void Of_SharesThatWereHeldUp(long allowed, long denied, long currentAllowed, long currentAsked, bool isSpike) =>
        (CanarySpike.Of(new DecisionCounts(allowed, 0, denied), new DecisionCounts(currentAllowed, currentAsked, 0), Thresholds) is not null).ShouldBe(isSpike);
}
