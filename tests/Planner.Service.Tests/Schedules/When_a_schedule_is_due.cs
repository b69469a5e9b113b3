using Agent.Contracts;
using Agent.Planner.Service.Tests.Flows;
using Agent.ServiceDefaults.Schedules;

namespace Agent.Planner.Service.Tests.Schedules;

public sealed class When_a_schedule_is_due
{
    [Fact]
    public async Task Each_time_makes_one_run_with_several_planners_and_over_a_restart()
    {
        await using var world = await PlannerWorld.StartAsync(planners: 3);
        var stop = TestContext.Current.CancellationToken;
        var now = TimeProvider.System.GetUtcNow();

        // Five times of the past, each of which counts: how long this takes does not matter.
        var schedule = new Schedule(
            Guid.CreateVersion7(), "often", "* * * * * ?", "UTC", "Do it", "/workspace", "ada", MisfireRule.All, OverlapRule.Queue, false, now, now.AddSeconds(-5), SignOff: false, Priority: 7, Webhook: "audit");
        await world.Schedules.AddAsync("often", schedule, "ada", stop);
        await UntilAsync(world, state => Runs(state).Count >= 2);
        await world.StopPlannersAsync();
        await world.AddPlannerAsync(4);
        await world.AddPlannerAsync(5);
        await UntilAsync(world, state => Runs(state).Count >= 5);
        await world.Schedules.ChangeAsync("often", present => present with { IsPaused = true, Revision = present.Revision + 1 }, "ada", "schedule_paused", stop);
        var last = (await world.Schedules.FindAsync("often", stop))!;

        var runs = await world.Journal.ListAsync(limit: 200, cancellationToken: stop);
        var origins = new List<string>();
        foreach (var run in runs)
        {
            var state = (await world.Journal.LoadAsync(run.RunId, stop))!;
            (state.Principal, state.Priority, state.Webhook).ShouldBe(("ada", 7, "audit"));
            origins.Add(state.Origin!);
        }

        origins.Distinct().Count().ShouldBe(origins.Count);
        origins.ShouldAllBe(origin => origin.StartsWith("schedule often for 20", StringComparison.Ordinal));
        Runs(last).Select(time => time.At).ShouldBeUnique();
        Runs(last).ShouldAllBe(time => runs.Any(run => run.RunId == time.RunId));
    }

    static List<ScheduledTime> Runs(Schedule schedule) => [.. (schedule.Recent ?? []).Where(time => time.RunId is not null)];

    static async Task UntilAsync(PlannerWorld world, Func<Schedule, bool> reached)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!reached((await world.Schedules.FindAsync("often", patience.Token))!))
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
