using System.Diagnostics;
using System.Globalization;
using Agent.Bench.Runs;
using Agent.Contracts;
using Agent.Journal;

namespace Agent.Bench.Peers;

/// <summary>The peers' loads on the suite itself: planner, executor, reviewer and policy service on the embedded server.</summary>
static class OurRuns
{
    public const string Side = "agent suite, embedded server";

    public static async Task<IReadOnlyList<PeerFigures>> RunAsync(IEnumerable<PeerLoad> loads, int seconds, int warmth)
    {
        await using var suite = await BenchSuite.StartAsync();
        await ClosedLoopAsync(suite, BenchPlans.Fan(10), inFlight: 8, warmth);
        var figures = new List<PeerFigures>();
        foreach (var load in loads)
        {
            var plan = PlanOf(load.Dag);
            await ClosedLoopAsync(suite, plan, load.InFlight, seconds / 3.0);
            var (processor, bytes) = (suite.ProcessorMs(), await suite.StoreLogBytesAsync());
            var (ended, elapsed) = await ClosedLoopAsync(suite, plan, load.InFlight, seconds);
            var steps = (double)ended.Count * plan.Steps.Count;
            var by = suite.ProcessorMs().ToDictionary(used => used.Key, used => (used.Value - processor[used.Key]) / steps, StringComparer.Ordinal);
            var logged = await suite.StoreLogBytesAsync() - bytes;
            var times = ended.SelectMany(run => run.Times).ToList();
            var chain = load.Dag.StartsWith("chain", StringComparison.Ordinal);
            figures.Add(new PeerFigures(
                load.Dag, load.InFlight, ended.Count, steps / elapsed.TotalSeconds, chain ? RunFigure.Percentile(times, 50) : null, chain ? RunFigure.Percentile(times, 99) : null, by.Values.Sum(),
                logged / steps)
            {
                Side = Side,
                ProcessorMsBy = by,
                JournalBytes = await JournalBytesAsync(suite, ended) / steps,
            });
        }

        return figures;
    }

    static Plan PlanOf(string dag) => dag.StartsWith("chain", StringComparison.Ordinal)
        ? BenchPlans.Chain(int.Parse(dag["chain".Length..], CultureInfo.InvariantCulture))
        : BenchPlans.Fan(int.Parse(dag["fan".Length..], CultureInfo.InvariantCulture));

    /// <summary>As many runs at once as said; each that ends makes room for the next, until the time is over; then what is open ends.</summary>
    static async Task<(List<EndedRun> Ended, TimeSpan Elapsed)> ClosedLoopAsync(BenchSuite suite, Plan plan, int inFlight, double seconds)
    {
        var clock = Stopwatch.StartNew();
        var ended = await Task.WhenAll(Enumerable.Range(0, inFlight).Select(async _ =>
        {
            var mine = new List<EndedRun>();
            do
            {
                var entries = await suite.EndedAsync(await suite.SubmitAsync(plan));
                mine.Add(new EndedRun(entries[0].RunId, entries.Count, [.. BetweenVerdicts(entries)]));
            }
            while (clock.Elapsed.TotalSeconds < seconds);
            return mine;
        }));
        return ([.. ended.SelectMany(mine => mine)], clock.Elapsed);
    }

    /// <summary>Asked for when the clock has stopped: the store has other things to do before.</summary>
    static async Task<double> JournalBytesAsync(BenchSuite suite, List<EndedRun> ended)
    {
        var bytes = 0.0;
        foreach (var run in ended)
        {
            bytes += await suite.StoredBytesAsync(run.RunId, run.Entries);
        }

        return bytes;
    }

    /// <summary>In a chain a step may begin when the one before has its verdict in the journal, and is done with its own.</summary>
    static IEnumerable<double> BetweenVerdicts(List<JournalEntry> entries)
    {
        var verdicts = entries.Where(entry => entry.Event is StepReviewed).Select(entry => entry.At).ToList();
        return verdicts.Skip(1).Zip(verdicts, (later, earlier) => (later - earlier).TotalMilliseconds);
    }

    sealed record EndedRun(Guid RunId, int Entries, IReadOnlyList<double> Times);
}
