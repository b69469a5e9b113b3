using System.Text.Json;
using Agent.Bench.Runs;
using Agent.Contracts;

namespace Agent.Bench;

/// <summary><c>bench -- runs [--part steps|sizes|operators] [--json] [--quick]</c>: what orchestration costs per step, whether it stays so, and how soon operators and successors are heard.</summary>
static class RunsBench
{
    static readonly string[] Parts = ["steps", "sizes", "operators"];

    public static async Task<int> RunAsync(string[] args)
    {
        var at = Array.IndexOf(args, "--part");
        var wanted = at < 0 ? Parts : at + 1 < args.Length && Parts.Contains(args[at + 1]) ? [args[at + 1]] : [];
        if (wanted.Length == 0 || args.Where((_, index) => at < 0 || index != at && index != at + 1).Any(arg => arg is not ("--json" or "--quick")))
        {
            await Console.Error.WriteLineAsync("usage: dotnet run -c Release --project bench -- runs [--part steps|sizes|operators] [--json] [--quick]");
            return 2;
        }

        var quick = args.Contains("--quick");
        var figures = new List<RunFigure>();
        foreach (var part in wanted)
        {
            await using var suite = await BenchSuite.StartAsync();
            var measured = part switch
            {
                "steps" => new StepCosts(suite, quick).InManyRunsAsync(),
                "sizes" => new StepCosts(suite, quick).InLongRunsAsync(),
                _ => InterruptedAsync(suite, quick),
            };
            await foreach (var figure in measured)
            {
                figures.Add(figure);
            }
        }

        await Console.Out.WriteLineAsync(args.Contains("--json") ? JsonSerializer.Serialize(figures, ContractJson.Options) : RunFigure.Table(figures));
        return 0;
    }

    static async IAsyncEnumerable<RunFigure> InterruptedAsync(BenchSuite suite, bool quick)
    {
        await Console.Error.WriteLineAsync("… cancelled and paused");
        await OperatorVerbs.CancelAsync(suite, 2);
        var cancelled = await OperatorVerbs.CancelAsync(suite, quick ? 5 : 20);
        yield return new RunFigure("cancelled while a command sleeps, until the run has ended and the command is gone, p50", RunFigure.Percentile(cancelled, 50), "ms");
        yield return new RunFigure("the same, slowest", cancelled.Max(), "ms", 1000);
        var paused = await OperatorVerbs.PauseAsync(suite, quick ? 4 : 20);
        yield return new RunFigure("paused in the middle of a chain, until nothing more happens, p50", RunFigure.Percentile(paused, 50), "ms");
        yield return new RunFigure("the same, slowest", paused.Max(), "ms", 1000);

        var kills = quick ? 3 : 24;
        await Console.Error.WriteLineAsync($"… {kills} executors killed");
        var taken = await new Takeover(suite).RunAsync(kills);
        yield return new RunFigure($"an executor is killed with -9, until another has its step ({kills} kills, {taken.Count} steps), p50", RunFigure.Percentile(taken, 50), "ms");
        yield return new RunFigure("the same, p99", RunFigure.Percentile(taken, 99), "ms", 15_000);
    }
}
