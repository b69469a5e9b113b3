using Agent.ServiceDefaults.Schedules;

namespace Agent.Planner.Service.Tests.Schedules;

public sealed class ScheduleDeciderTests
{
    static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Decide_NothingDue_IsTheSameSchedule()
    {
        var schedule = Hourly();

        ScheduleDecider.Decide(schedule, Noon.AddMinutes(30), isLastRunOpen: false).ShouldBe((null, schedule));
    }

    [Fact]
    public void Decide_ATimeHasCome_FiresItOnce()
    {
        var (fire, after) = ScheduleDecider.Decide(Hourly(), Noon.AddHours(1).AddSeconds(1), isLastRunOpen: false);

        fire.ShouldBe(Noon.AddHours(1));
        ScheduleDecider.Decide(after, Noon.AddHours(1).AddSeconds(2), isLastRunOpen: false).Fire.ShouldBeNull();
    }

    [Theory]
    [InlineData(MisfireRule.Skip, new int[0])]
    [InlineData(MisfireRule.Once, new[] { 3 })]
    [InlineData(MisfireRule.All, new[] { 1, 2, 3 })]
    public void Decide_TimesWereMissed_TheMisfireRuleSaysWhichCount(MisfireRule rule, int[] hours)
    {
        var schedule = Hourly() with { Misfire = rule, Overlap = OverlapRule.Queue };
        var fired = new List<DateTimeOffset>();
        for (var look = 0; look < 5; look++)
        {
            (var fire, schedule) = ScheduleDecider.Decide(schedule, Noon.AddHours(3.5), isLastRunOpen: false);
            if (fire is { } at)
            {
                fired.Add(at);
            }
        }

        fired.ShouldBe(hours.Select(hour => Noon.AddHours(hour)));
        schedule.Recent!.Count.ShouldBe(3 - hours.Length);
        schedule.Recent.ShouldAllBe(time => time.Why == "it was missed");
    }

    [Fact]
    public void Decide_TheRunBeforeIsOpen_SkipsOrQueues()
    {
        var now = Noon.AddHours(1).AddSeconds(1);

        var (skipped, afterSkip) = ScheduleDecider.Decide(Hourly(), now, isLastRunOpen: true);
        var (queued, afterQueue) = ScheduleDecider.Decide(Hourly() with { Overlap = OverlapRule.Queue }, now, isLastRunOpen: true);

        (skipped, queued).ShouldBe((null, null));
        afterSkip.Recent!.ShouldHaveSingleItem().Why.ShouldBe("the run before was still open");
        ScheduleDecider.Decide(afterSkip, now, isLastRunOpen: false).Fire.ShouldBeNull();
        ScheduleDecider.Decide(afterQueue, now, isLastRunOpen: false).Fire.ShouldBe(Noon.AddHours(1));
    }

    [Fact]
    public void Between_ClocksGoForward_ATimeThatDoesNotExistIsNotLost()
    {
        var berlin = CronTimes.Between("0 9 * * *", "Europe/Berlin", new DateTimeOffset(2026, 3, 28, 0, 0, 0, TimeSpan.Zero), DateTimeOffset.MaxValue, 2);

        berlin.ShouldBe([new DateTimeOffset(2026, 3, 28, 8, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 3, 29, 7, 0, 0, TimeSpan.Zero)]);
    }

    [Theory]
    [InlineData("", null, "is empty")]
    [InlineData("61 * * * *", null, "can not be read")]
    [InlineData("nonsense", null, "can not be read")]
    [InlineData("0 2 * * *", "Mars/Olympus", "There is no time zone \"Mars/Olympus\"")]
    [InlineData("0 0 2 1 1 ? 2020", null, "names no time that is to come")]
    public void Mistake_NamesWhatIsWrong(string cron, string? zone, string says) => CronTimes.Mistake(cron, zone, Noon).ShouldNotBeNull().ShouldContain(says);

    [Theory]
    [InlineData("30 2 * * 1-5")]
    [InlineData("0 30 2 ? * MON-FRI")]
    public void Between_CrontabAndQuartz_SayTheSame(string cron) =>
        CronTimes.Between(cron, "UTC", Noon, Noon.AddDays(3), 10).ShouldBe([new(2026, 3, 3, 2, 30, 0, TimeSpan.Zero), new(2026, 3, 4, 2, 30, 0, TimeSpan.Zero), new(2026, 3, 5, 2, 30, 0, TimeSpan.Zero)]);

    static Schedule Hourly() => new(Guid.Empty, "hourly", "0 * * * *", "UTC", "Do it", "/workspace", "ada", MisfireRule.Once, OverlapRule.Skip, false, Noon, Noon);
}
