namespace Agent.Journal.Slots;

/// <summary>Who gets which slots. Pure: everybody who waits, best first, takes what the caps leave, and so each knows what is left for himself.</summary>
static class SlotRules
{
    /// <summary>Waiting so long counts as much as one step of priority: whoever waits is first in the end.</summary>
    static readonly TimeSpan AgePerPriority = TimeSpan.FromMinutes(1);

    /// <summary>What everybody who waits may take now.</summary>
    /// <param name="held">Slots in use, by run.</param>
    public static IReadOnlyDictionary<Guid, SlotGrant> Share(IEnumerable<SlotWaiter> waiting, IReadOnlyDictionary<Guid, HeldSlots> held, DateTimeOffset now)
    {
        var steps = held.Values.GroupBy(run => run.Group, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Sum(run => run.Steps.Count), StringComparer.Ordinal);
        var runs = held.Values.Where(run => run.Steps.Count > 0).GroupBy(run => run.Group, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        var all = held.Values.Sum(run => run.Steps.Count);
        var ahead = 0;
        var grants = new Dictionary<Guid, SlotGrant>();
        foreach (var waiter in waiting.OrderByDescending(waiter => Rank(waiter, now)).ThenBy(waiter => waiter.Since).ThenBy(waiter => waiter.RunId))
        {
            var (inGroup, runsInGroup) = (steps.GetValueOrDefault(waiter.Caps.Group), runs.GetValueOrDefault(waiter.Caps.Group));
            var isNew = !(held.TryGetValue(waiter.RunId, out var own) && own.Steps.Count > 0);
            var count = Math.Max(0, Math.Min(waiter.Wanted, Math.Min(Room(waiter.Caps.Installation, all), Room(waiter.Caps.Steps, inGroup))));
            var full = isNew && Room(waiter.Caps.Runs, runsInGroup) <= 0;
            count = full ? 0 : count;
            grants[waiter.RunId] = new SlotGrant(count, count == waiter.Wanted ? null : Why(waiter.Caps, full, all, inGroup, runsInGroup, ahead));
            if (count > 0)
            {
                (all, steps[waiter.Caps.Group], ahead) = (all + count, inGroup + count, ahead + 1);
                runs[waiter.Caps.Group] = runsInGroup + (isNew ? 1 : 0);
            }
        }

        return grants;
    }

    static double Rank(SlotWaiter waiter, DateTimeOffset now) => waiter.Priority + Math.Floor((now - waiter.Since) / AgePerPriority);

    static int Room(int cap, int used) => cap == 0 ? int.MaxValue : cap - used;

    static string Why(SlotCaps caps, bool full, int all, int inGroup, int runsInGroup, int ahead)
    {
        var cap = full ? $"workspace cap {runsInGroup} of {caps.Runs} runs"
            : Room(caps.Steps, inGroup) <= Room(caps.Installation, all) ? $"workspace cap {inGroup} of {caps.Steps} steps"
            : $"installation cap {all} of {caps.Installation} steps";
        return ahead == 0 ? cap : $"{cap}, {ahead} {(ahead == 1 ? "run" : "runs")} before it";
    }
}
