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
            var (runs, elapsed, times, journalBytes) = await ClosedLoopAsync(suite, plan, load.InFlight, seconds);
            var steps = (double)runs * plan.Steps.Count;
            var by = suite.ProcessorMs().ToDictionary(used => used.Key, used => (used.Value - processor[used.Key]) / steps, StringComparer.Ordinal);
            var chain = load.Dag.StartsWith("chain", StringComparison.Ordinal);
            figures.Add(new PeerFigures(
                load.Dag, load.InFlight, runs, steps / elapsed.TotalSeconds, chain ? RunFigure.Percentile(times, 50) : null, chain ? RunFigure.Percentile(times, 99) : null, by.Values.Sum(),
                (await suite.StoreLogBytesAsync() - bytes) / steps)
            {
                Side = Side,
                ProcessorMsBy = by,
                JournalBytes = journalBytes / steps,
            });
        }

        return figures;
    }

    static Plan PlanOf(string dag) => dag.StartsWith("chain", StringComparison.Ordinal)
        ? BenchPlans.Chain(int.Parse(dag["chain".Length..], CultureInfo.InvariantCulture))
        : BenchPlans.Fan(int.Parse(dag["fan".Length..], CultureInfo.InvariantCulture));

    /// <summary>As many runs at once as said; each that ends makes room for the next, until the time is over; then what is open ends.</summary>
    static async Task<(int Runs, TimeSpan Elapsed, List<double> Times, double JournalBytes)> ClosedLoopAsync(BenchSuite suite, Plan plan, int inFlight, double seconds)
    {
        var clock = Stopwatch.StartNew();
        var ended = await Task.WhenAll(Enumerable.Range(0, inFlight).Select(async _ =>
        {
            var mine = new List<(List<double> Times, double Bytes)>();
            do
            {
                var entries = await suite.EndedAsync(await suite.SubmitAsync(plan));
                mine.Add(([.. BetweenVerdicts(entries)], entries.Sum(entry => (double)entry.Canonical.Length + entry.Hash.Length)));
            }
            while (clock.Elapsed.TotalSeconds < seconds);
            return mine;
        }));
        return (ended.Sum(mine => mine.Count), clock.Elapsed, [.. ended.SelectMany(mine => mine).SelectMany(run => run.Times)], ended.SelectMany(mine => mine).Sum(run => run.Bytes));
    }

    /// <summary>In a chain a step may begin when the one before has its verdict in the journal, and is done with its own.</summary>
    static IEnumerable<double> BetweenVerdicts(List<JournalEntry> entries)
    {
        var verdicts = entries.Where(entry => entry.Event is StepReviewed).Select(entry => entry.At).ToList();
        return verdicts.Skip(1).Zip(verdicts, (later, earlier) => (later - earlier).TotalMilliseconds);
    }
}
