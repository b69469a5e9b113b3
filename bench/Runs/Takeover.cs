using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Agent.Contracts;

namespace Agent.Bench.Runs;

/// <summary>How long a step has no owner whose executor was killed with -9 while it worked on it. Each killed executor is replaced, so that several work all the time.</summary>
sealed class Takeover(BenchSuite suite)
{
    const int Executors = 3;
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<Guid, string> _owners = new();
    readonly ConcurrentDictionary<Guid, DateTimeOffset> _orphans = new();
    readonly ConcurrentBag<double> _times = [];

    /// <returns>From the kill until another executor's lease is in the journal, for each step that was held. Milliseconds.</returns>
    public async Task<List<double>> RunAsync(int kills)
    {
        await File.WriteAllTextAsync(Path.Combine(suite.Workspace, "waiting.txt"), "");
        var executors = new List<Process> { suite.Executor };
        while (executors.Count < Executors)
        {
            executors.Add(await suite.StartExecutorAsync());
        }

        using var over = new CancellationTokenSource();
        var following = new List<Task>();
        for (var run = 0; run < Executors * 2; run++)
        {
            // tail -f only reads: who takes over makes the call again.
            var runId = await suite.SubmitAsync(BenchPlans.Command("tail", "-f", "waiting.txt"));
            following.Add(FollowAsync(runId, over.Token));
        }

        for (var killed = 0; killed < kills; killed++)
        {
            await KillOneAsync(executors);
            executors.Add(await suite.StartExecutorAsync());
        }

        var waited = Stopwatch.StartNew();
        while (!_orphans.IsEmpty)
        {
            if (waited.Elapsed > Patience)
            {
                throw new InvalidOperationException($"Nobody took over {string.Join(", ", _orphans.Keys)}.");
            }

            await Task.Delay(50);
        }

        await over.CancelAsync();
        await Task.WhenAll(following);
        return [.. _times];
    }

    async Task KillOneAsync(List<Process> executors)
    {
        while (true)
        {
            foreach (var executor in executors)
            {
                var held = _owners.Where(owner => Owns(executor, owner.Value) && !_orphans.ContainsKey(owner.Key)).Select(owner => owner.Key).ToList();
                if (held.Count > 0)
                {
                    executor.Kill();
                    var now = TimeProvider.System.GetUtcNow();
                    held.ForEach(runId => _orphans[runId] = now);
                    executors.Remove(executor);
                    return;
                }
            }

            await Task.Delay(50);
        }
    }

    async Task FollowAsync(Guid runId, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var entry in suite.Journal.FollowAsync(runId, cancellationToken: cancellationToken))
            {
                if (entry.Event is not StepLeased leased)
                {
                    continue;
                }

                _owners[runId] = leased.Owner;
                if (_orphans.TryRemove(runId, out var since))
                {
                    _times.Add((entry.At - since).TotalMilliseconds);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Enough was killed.
            return;
        }
    }

    /// <summary>executor-machine-4711-…: the process is in the name.</summary>
    static bool Owns(Process executor, string owner) => owner.Split('-')[^2] == executor.Id.ToString(CultureInfo.InvariantCulture);
}
