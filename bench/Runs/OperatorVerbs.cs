using System.Globalization;
using Agent.Contracts;
using Agent.Journal;

namespace Agent.Bench.Runs;

/// <summary>How long it takes until a pause and a cancellation have taken effect.</summary>
static class OperatorVerbs
{
    static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    /// <returns>From the fact in the journal until the run has ended, whose command slept; the command must be gone by then. Milliseconds.</returns>
    public static async Task<List<double>> CancelAsync(BenchSuite suite, int runs)
    {
        var times = new List<double>();
        for (var number = 0; number < runs; number++)
        {
            // A number of seconds of its own, by which the process is known.
            var seconds = (600 + number).ToString(CultureInfo.InvariantCulture);
            var runId = await suite.SubmitAsync(BenchPlans.Command("sleep", seconds));
            await suite.UntilAsync(runId, entry => entry.Event is ToolCallStarted);
            while (!IsRunning("sleep", seconds))
            {
                await Task.Delay(10);
            }

            await suite.InterruptAsync(runId, new RunCancelRequested("bench"));
            var entries = await suite.UntilAsync(runId, entry => entry.Event is RunEnded);
            if (IsRunning("sleep", seconds))
            {
                throw new InvalidOperationException($"Run {runId} has ended and its command still runs.");
            }

            times.Add((entries[^1].At - entries.Last(entry => entry.Event is RunCancelRequested).At).TotalMilliseconds);
        }

        return times;
    }

    /// <returns>From the fact in the journal until the last thing that anybody did in the run, which was in the middle of a long chain. Milliseconds.</returns>
    public static async Task<List<double>> PauseAsync(BenchSuite suite, int runs)
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, runs).Select(_ => suite.SubmitAsync(BenchPlans.Chain(1000))));
        await Task.WhenAll(ids.Select(async runId =>
        {
            // An executor has it in its hands: the moment at which most is still to come.
            await suite.UntilAsync(runId, entry => entry.Event is StepLeased { StepId: "s3" });
            await suite.InterruptAsync(runId, new RunPaused("bench"));
        }));
        await Task.Delay(Quiet);
        var times = new List<double>();
        foreach (var runId in ids)
        {
            var entries = await suite.EntriesAsync(runId);
            times.Add((entries[^1].At - entries.Last(entry => entry.Event is RunPaused).At).TotalMilliseconds);
            await suite.InterruptAsync(runId, new RunCancelRequested("bench"));
        }

        return times;
    }

    static bool IsRunning(params string[] argv)
    {
        var line = string.Join('\0', argv) + '\0';
        return Directory.EnumerateDirectories("/proc").Any(process =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(process, "cmdline")) == line;
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        });
    }
}
