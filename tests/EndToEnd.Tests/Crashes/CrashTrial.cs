using System.Diagnostics;

namespace Agent.EndToEnd.Tests.Crashes;

/// <summary>From the store's death until it answers again.</summary>
sealed record Outage(DateTimeOffset From, DateTimeOffset To);

/// <summary>Goals are worked on while one place after the other is armed, in an order and with kills of the store that follow from the seed.</summary>
sealed class CrashTrial(Fleet fleet, Person person, int seed, CancellationToken cancellationToken)
{
    const int Triggers = 4;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    static readonly TimeSpan UntilAllEnded = TimeSpan.FromMinutes(4);

    readonly Random _random = new(seed);
    readonly List<string> _missed = [];
    readonly List<Outage> _storeOutages = [];
    readonly List<string> _forgotten = [];
    int _goals;

    public IReadOnlyList<Outage> StoreOutages => _storeOutages;

    /// <summary>Entries that the store had acknowledged and did not have after a kill.</summary>
    public IReadOnlyList<string> Forgotten => _forgotten;

    /// <summary>Places nobody reached.</summary>
    public IReadOnlyList<string> Missed => _missed;

    public async Task RunAsync(IReadOnlyList<string> places, Func<int, bool> killsStore)
    {
        var order = places.ToArray();
        _random.Shuffle(order);
        for (var number = 0; number < order.Length; number++)
        {
            await VisitAsync(order[number], killsStore(number));
        }

        await EndedAsync();
    }

    async Task VisitAsync(string place, bool killStore)
    {
        fleet.Forget(place);
        fleet.Arm(place);
        if (place == CrashPlaces.AfterUnknown)
        {
            fleet.Arm("call.started");
        }

        var kill = killStore ? KillStoreAsync() : Task.CompletedTask;
        for (var trigger = 0; trigger < Triggers && !fleet.IsTaken(place); trigger++)
        {
            if (CrashPlaces.NeedsNewPolicies(place))
            {
                fleet.ChangePolicies();
            }

            await person.SubmitAsync($"trial {seed} goal {_goals++}", cancellationToken);
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed < Patience && !fleet.IsTaken(place))
            {
                await Task.Delay(50, cancellationToken);
            }
        }

        await kill;
        if (!fleet.IsTaken(place))
        {
            _missed.Add(place);
        }

        fleet.Disarm(place);
        fleet.Disarm("call.started");
    }

    async Task KillStoreAsync()
    {
        await Task.Delay(_random.Next(0, 2500), cancellationToken);
        var before = await HeadsAsync();
        var killed = TimeProvider.System.GetUtcNow();
        await fleet.Store.KillAndRestartAsync();
        _storeOutages.Add(new Outage(killed, TimeProvider.System.GetUtcNow()));
        var after = await HeadsAsync();
        _forgotten.AddRange(before.Where(run => after[run.Key] < run.Value).Select(run => $"run {run.Key} had {run.Value} entries before kill {_storeOutages.Count} of {fleet.Store.Name} and {after[run.Key]} after it: {fleet.Store.Output}"));
    }

    async Task<Dictionary<Guid, long>> HeadsAsync()
    {
        var heads = new Dictionary<Guid, long>();
        foreach (var runId in person.Known())
        {
            // Read until the store is there: what a later look adds is none of its loss.
            for (var deadline = Stopwatch.StartNew(); await person.LookAsync(runId) is var run; await Task.Delay(100, cancellationToken))
            {
                heads[runId] = run?.Head.Sequence ?? 0;
                if (run is not null || deadline.Elapsed > Patience)
                {
                    break;
                }
            }
        }

        return heads;
    }

    /// <summary>Lets all runs come to their end.</summary>
    async Task EndedAsync()
    {
        var clock = Stopwatch.StartNew();
        foreach (var runId in person.Known())
        {
            while ((await person.LookAsync(runId))?.End is null && clock.Elapsed < UntilAllEnded)
            {
                await Task.Delay(200, cancellationToken);
            }
        }
    }
}
