using System.Diagnostics;
using System.Text.Json;
using Agent.Contracts;
using Agent.Journal;

namespace Agent.Bench.Runs;

/// <summary>What a step costs: alone, among many runs, beside stored runs, and by the length of its run.</summary>
sealed class StepCosts(BenchSuite suite, bool quick)
{
    const int WarmRuns = 10;

    /// <summary>One run at a time, then many at once, then one at a time again beside what is stored.</summary>
    public async IAsyncEnumerable<RunFigure> InManyRunsAsync()
    {
        await Console.Error.WriteLineAsync("… warming up");
        await Task.WhenAll(Enumerable.Range(0, WarmRuns).Select(async _ => await suite.EndedAsync(await suite.SubmitAsync(BenchPlans.Chain(quick ? 20 : 100)))));

        var (stored, one) = (WarmRuns, quick ? 10 : 50);
        await Console.Error.WriteLineAsync("… one run at a time");
        var alone = await OneByOneAsync(one);
        stored += one;
        yield return new RunFigure("a step, from dispatch to verdict, one run at a time, p50", RunFigure.Percentile(alone, 50), "ms", 15);
        yield return new RunFigure("the same, p99", RunFigure.Percentile(alone, 99), "ms", 60);

        var runs = quick ? 100 : 1000;
        await Console.Error.WriteLineAsync($"… {runs} runs");
        yield return new RunFigure($"{runs} runs of ten steps, all at once", await ManyAsync(runs), "steps/s", 150, AtLeast: true);
        stored += runs;

        foreach (var wanted in (int[])(quick ? [500] : [1000, 10_000]))
        {
            await Console.Error.WriteLineAsync($"… beside {wanted} stored runs");
            await StoreAsync(Math.Max(0, wanted - stored));
            stored = Math.Max(wanted, stored);
            var beside = await OneByOneAsync(one);
            yield return new RunFigure($"a step beside {stored} stored runs to one beside {WarmRuns}, p50", RunFigure.Percentile(beside, 50) / RunFigure.Percentile(alone, 50), "", 1.2);
            stored += one;
        }
    }

    /// <summary>Runs of different lengths, and a long one written and loaded.</summary>
    public async IAsyncEnumerable<RunFigure> InLongRunsAsync()
    {
        await Console.Error.WriteLineAsync("… warming up");
        await suite.EndedAsync(await suite.SubmitAsync(BenchPlans.Wide(quick ? 200 : 500)));
        var first = 0.0;
        foreach (var steps in (int[])(quick ? [10, 100, 500] : [10, 100, 1000, 10_000]))
        {
            await Console.Error.WriteLineAsync($"… a run of {steps} steps");
            var cost = await PerStepAsync(steps);
            first = first == 0 ? cost : first;
            yield return new RunFigure($"a step's share of a run of {steps} steps", cost, "ms");
            if (cost != first)
            {
                yield return new RunFigure($"{steps} steps to 10", cost / first, "", 1.2);
            }
        }

        await Console.Error.WriteLineAsync("… a long run, written and loaded");
        foreach (var figure in await LongRunAsync(quick ? 200 : 2000))
        {
            yield return figure;
        }
    }

    /// <returns>From dispatch to verdict of each step, without the model's time, in milliseconds.</returns>
    async Task<List<double>> OneByOneAsync(int runs)
    {
        var times = new List<double>();
        for (var number = 0; number < runs; number++)
        {
            times.AddRange(StepTimes(await suite.EndedAsync(await suite.SubmitAsync(BenchPlans.Chain(10)))));
        }

        return times;
    }

    /// <returns>Steps per second, runs of ten steps.</returns>
    async Task<double> ManyAsync(int runs)
    {
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, runs).Select(async _ => await suite.EndedAsync(await suite.SubmitAsync(BenchPlans.Diamond()))));
        return runs * 10 / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <returns>Wall clock per step of one run whose steps are independent, the best of three for short runs.</returns>
    async Task<double> PerStepAsync(int steps)
    {
        var best = double.MaxValue;
        for (var round = 0; round < (steps >= 1000 ? 1 : 3); round++)
        {
            // As many steps in all, so that short runs are not measured by their beginning and end.
            var runs = Math.Max(1, 500 / steps);
            var elapsed = 0.0;
            for (var run = 0; run < runs; run++)
            {
                var entries = await suite.EndedAsync(await suite.SubmitAsync(BenchPlans.Wide(steps)));
                var first = entries.First(entry => entry.Event is StepDispatched).At;
                elapsed += (entries.Last(entry => entry.Event is StepReviewed).At - first).TotalMilliseconds;
            }

            best = Math.Min(best, elapsed / (steps * runs));
        }

        return best;
    }

    async Task<List<RunFigure>> LongRunAsync(int steps)
    {
        var runId = await suite.SubmitAsync(BenchPlans.Wide(steps));
        var entries = await suite.EndedAsync(runId);
        var stored = await suite.StoredBytesAsync(runId, entries.Count);
        var plain = entries.Sum(entry => (double)JsonSerializer.SerializeToUtf8Bytes<object>(entry.Event, ContractJson.Options).Length);
        var load = double.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            // A journal of its own each time: one that has loaded the run before reads only what is new.
            await using var journal = suite.NewJournal();
            var started = Stopwatch.GetTimestamp();
            await journal.LoadAsync(runId);
            load = Math.Min(load, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return
        [
            new RunFigure($"bytes stored to bytes of events, a run of {steps} steps", stored / plain, "", 1.3),
            new RunFigure($"loading a run of {entries.Count} events", load, "ms", 150),
        ];
    }

    Task StoreAsync(int runs) => Parallel.ForEachAsync(Enumerable.Range(0, runs), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (_, cancellationToken) =>
        await suite.Journal.AppendAsync(
            Guid.CreateVersion7(), JournalHead.Empty, [new RunSubmitted("Stored", suite.Workspace, "bench"), new RunEnded(RunPhase.Succeeded, StopReason.Done, "Stored.")], "bench", cancellationToken));

    static IEnumerable<double> StepTimes(List<JournalEntry> entries)
    {
        var dispatched = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var model = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            switch (entry.Event)
            {
                case StepDispatched step:
                    dispatched[step.StepId] = entry.At;
                    break;
                case ModelReplied { StepId: { } stepId } reply:
                    model[stepId] = reply.DurationMs;
                    break;
                case StepReviewed reviewed:
                    yield return (entry.At - dispatched[reviewed.StepId]).TotalMilliseconds - model.GetValueOrDefault(reviewed.StepId);
                    break;
            }
        }
    }
}
