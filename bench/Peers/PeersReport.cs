using System.Globalization;
using System.Text;

namespace Agent.Bench.Peers;

/// <summary>Ours beside theirs, load by load.</summary>
sealed class PeersReport
{
    public List<PeerFigures> Figures { get; } = [];

    /// <summary>Sides that could not be measured, each with the reason.</summary>
    public List<string> Skipped { get; } = [];

    /// <summary>What each side does for one step before the next may begin. Read from their sources, at the versions of <c>package.json</c>.</summary>
    public static IReadOnlyList<string> WhatAStepIs { get; } =
    [
        "agent suite: StepDispatched (planner), StepLeased, ModelReplied, StepExecuted (executor, which took the step from a queue and holds a lease with a fencing token) and StepReviewed (reviewer), each a hash-chained journal entry whose append is refused if the head moved; four processes, three messages on the bus (ExecuteStep, ReviewStep, RunAdvanced). An answer of the embedded server waits until it is in the append-only file: a killed process loses nothing, a power cut may lose the last moments.",
        "LangGraph, durability sync: one transaction for the step's writes, one for the checkpoint and its channels; the step runs in the process that called invoke. synchronous_commit=on waits for the disk, off does not wait at all: a killed server loses the last moments.",
        "DBOS: a query whether the step has a result or was cancelled, then one transaction for the result; the step runs in the process that called the workflow. On a queue, each step is a workflow of its own that any process may take.",
    ];

    public object ToJson() => new { figures = Figures, ahead = Comparisons().ToList(), skipped = Skipped, a_step = WhatAStepIs };

    public string ToText()
    {
        var text = new StringBuilder();
        text.AppendLine("| DAG | runs at once | side | steps/s | a step p50 / p99 ms | processor ms a step | log bytes a step | ours to theirs: steps/s | p50 | processor |");
        text.AppendLine("|---|---:|---|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var load in Figures.GroupBy(figures => (figures.Dag, figures.InFlight)))
        {
            foreach (var one in load.OrderByDescending(one => one.Side == OurRuns.Side))
            {
                var ours = one.Side == OurRuns.Side ? null : load.FirstOrDefault(other => other.Side == OurRuns.Side);
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"| {one.Dag} | {one.InFlight} | {one.Side} | {one.StepsPerSecond:0} | {(one.P50Ms is null ? "" : $"{one.P50Ms:0.0} / {one.P99Ms:0.0}")} | {one.ProcessorMs:0.00} | {one.Bytes:0} | {ours?.StepsPerSecond / one.StepsPerSecond:0.00} | {ours?.P50Ms / one.P50Ms:0.00} | {ours?.ProcessorMs / one.ProcessorMs:0.00} |");
            }
        }

        text.AppendLine().AppendLine("| wanted: ahead per durable step | steps/s in | p50 in | |").AppendLine("|---|---:|---:|---|");
        foreach (var comparison in Comparisons())
        {
            text.AppendLine($"| {comparison.Side} | {comparison.FasterIn} of {comparison.Loads} loads | {comparison.QuickerIn} of {comparison.Chains} | {(comparison.Met ? "met" : "missed")} |");
        }

        text.AppendLine();
        foreach (var one in Figures.Where(one => one.ProcessorMsBy is not null))
        {
            var by = one.ProcessorMsBy!.OrderByDescending(used => used.Value).Select(used => string.Create(CultureInfo.InvariantCulture, $"{used.Key} {used.Value:0.00}"));
            text.AppendLine($"- {one.Side}, {one.Dag}, {one.InFlight} at once, processor ms a step: {string.Join(", ", by)}; {one.JournalBytes:0} bytes of the log are journal");
        }

        foreach (var line in WhatAStepIs.Select(line => "- " + line).Concat(Skipped.Select(reason => "- skipped: " + reason)))
        {
            text.AppendLine(line);
        }

        return text.ToString();
    }

    IEnumerable<Comparison> Comparisons()
    {
        var ours = Figures.Where(figures => figures.Side == OurRuns.Side).ToDictionary(figures => (figures.Dag, figures.InFlight));
        foreach (var side in Figures.Where(figures => figures.Side != OurRuns.Side && ours.ContainsKey((figures.Dag, figures.InFlight))).GroupBy(figures => figures.Side, StringComparer.Ordinal))
        {
            var pairs = side.Select(theirs => (Ours: ours[(theirs.Dag, theirs.InFlight)], Theirs: theirs)).ToList();
            var chains = pairs.Where(pair => pair.Theirs.P50Ms is not null).ToList();
            yield return new Comparison(
                side.Key, pairs.Count, pairs.Count(pair => pair.Ours.StepsPerSecond > pair.Theirs.StepsPerSecond), chains.Count, chains.Count(pair => pair.Ours.P50Ms < pair.Theirs.P50Ms));
        }
    }

    /// <param name="FasterIn">Loads in which we do more steps a second.</param>
    /// <param name="QuickerIn">Chains in which our step takes less time.</param>
    sealed record Comparison(string Side, int Loads, int FasterIn, int Chains, int QuickerIn)
    {
        public bool Met => FasterIn == Loads && QuickerIn == Chains;
    }
}
