using Agent.Journal.Slots;

namespace Agent.Journal.Tests.Slots;

public class SlotRulesTests
{
    static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Share_ManyWaitInManyGroups_NoCapIsOverrunAndNoSlotIsLeftThatSomebodyCouldTake()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var dice = new Random(seed);
            var groups = Enumerable.Range(0, 3).Select(number => new SlotCaps($"/{number}", 7, dice.Next(0, 5), dice.Next(0, 4))).ToList();
            var held = new Dictionary<Guid, HeldSlots>();
            for (var turn = 0; turn < 30; turn++)
            {
                var waiting = Enumerable.Range(0, dice.Next(1, 8)).Select(_ => Waiter(groups[dice.Next(3)], dice.Next(1, 4), dice.Next(10), dice.Next(100))).ToList();
                foreach (var (run, grant) in SlotRules.Share(waiting, held, Now))
                {
                    var waiter = waiting.Single(one => one.RunId == run);
                    grant.Count.ShouldBeInRange(0, waiter.Wanted);
                    (grant.Reason is null).ShouldBe(grant.Count == waiter.Wanted);
                    if (grant.Count > 0)
                    {
                        held[run] = new HeldSlots(waiter.Caps.Group, 1, [.. Enumerable.Range(0, grant.Count).Select(number => $"s{number}")]);
                    }
                }

                held.Values.Sum(run => run.Steps.Count).ShouldBeLessThanOrEqualTo(7);
                foreach (var caps in groups)
                {
                    var own = held.Values.Where(run => run.Group == caps.Group).ToList();
                    own.Sum(run => run.Steps.Count).ShouldBeLessThanOrEqualTo(caps.Steps == 0 ? int.MaxValue : caps.Steps);
                    own.Count.ShouldBeLessThanOrEqualTo(caps.Runs == 0 ? int.MaxValue : caps.Runs);
                }

                foreach (var over in held.Keys.Where(_ => dice.Next(3) == 0).ToList())
                {
                    held.Remove(over);
                }
            }
        }
    }

    [Fact]
    public void Share_OneSlotAndAStreamOfUrgentRuns_ThePatientOneIsServedInTheEnd()
    {
        var caps = new SlotCaps("/w", 0, 1, 0);
        var patient = Waiter(caps, 1, priority: 0, waitedSeconds: 0) with { Since = Now };

        var served = Enumerable.Range(0, 60).First(minute =>
        {
            var now = Now.AddMinutes(minute);
            var urgent = Waiter(caps, 1, priority: 9, waitedSeconds: 0) with { Since = now };
            return SlotRules.Share([urgent, patient], new Dictionary<Guid, HeldSlots>(), now)[patient.RunId].Count == 1;
        });

        served.ShouldBeInRange(9, 10);
    }

    [Fact]
    public void Share_AnotherGroupsCapIsFull_HoldsNobodyUpElsewhere()
    {
        var (full, free) = (new SlotCaps("/full", 4, 1, 0), new SlotCaps("/free", 4, 0, 0));
        var held = new Dictionary<Guid, HeldSlots> { [Guid.CreateVersion7()] = new("/full", 1, ["a"]) };
        var (blocked, other) = (Waiter(full, 3, 9, 60), Waiter(free, 3, 1, 0));

        var shares = SlotRules.Share([blocked, other], held, Now);

        shares[blocked.RunId].ShouldBe(new SlotGrant(0, "workspace cap 1 of 1 steps"));
        shares[other.RunId].ShouldBe(new SlotGrant(3, null));
    }

    [Fact]
    public void Share_NotAll_TheReasonNamesTheCapAndWhoIsBefore()
    {
        var caps = new SlotCaps("/w", 2, 0, 0);
        var (first, second) = (Waiter(caps, 2, 9, 0), Waiter(caps, 1, 1, 0));

        var shares = SlotRules.Share([second, first], new Dictionary<Guid, HeldSlots>(), Now);

        shares[second.RunId].Reason.ShouldBe("installation cap 2 of 2 steps, 1 run before it");
        SlotRules.Share([second with { Caps = new SlotCaps("/w", 0, 0, 1) }], new Dictionary<Guid, HeldSlots> { [Guid.CreateVersion7()] = new("/w", 1, ["a"]) }, Now)[second.RunId]
            .Reason.ShouldBe("workspace cap 1 of 1 runs");
    }

    static SlotWaiter Waiter(SlotCaps caps, int wanted, int priority, int waitedSeconds) => new(Guid.CreateVersion7(), priority, wanted, caps, Now.AddSeconds(-waitedSeconds), Now);
}
