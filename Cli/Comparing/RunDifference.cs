using System.Text.Json.Nodes;
using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Replaying;
using Agent.Journal.Runs;

namespace Agent.Cli.Comparing;

/// <summary>What two runs have in common and where they part, from their two journals. Pure.</summary>
/// <param name="SameEntries">So many entries are the same, from the first on.</param>
/// <param name="PartAt">The first entry of each that is not the other's; null if one goes no further than the other, or neither does.</param>
/// <param name="Lineage">How the one was made of the other, or both of a third; null if they have no common history.</param>
sealed record RunDifference(
    RunFacts A, RunFacts B, string? Lineage, int SameEntries, Parting? PartAt, IReadOnlyList<Differing<StepFacts>> Steps, IReadOnlyList<Differing<CallFacts>> Calls)
{
    // What only tells who, when and how long.
    static readonly string[] Incidental = ["duration_ms", "token", "owner", "asked_at", "expires_at", "expired_at", "trace_parent", "idempotency_key", "principal"];

    public static RunDifference Of(RecordedRun a, RecordedRun b)
    {
        var (one, other) = (Own(a), Own(b));
        var same = one.Zip(other).TakeWhile(pair => IsSame(pair.First, pair.Second)).Count();
        var (states, facts) = ((A: a.StateAfter(a.Entries.Count), B: b.StateAfter(b.Entries.Count)), (RunFacts.Of(a), RunFacts.Of(b)));
        return new RunDifference(
            facts.Item1, facts.Item2, LineageOf(states.A, states.B), same,
            same == one.Count && same == other.Count ? null : new Parting(Told(one, same), Told(other, same)),
            Differing<StepFacts>.Between(states.A.Steps.Select(StepFacts.Of), states.B.Steps.Select(StepFacts.Of), step => step.Id),
            Differing<CallFacts>.Between(states.A.Calls.Values.Select(CallFacts.Of), states.B.Calls.Values.Select(CallFacts.Of), call => call.CallId));
    }

    // That a run is a fork is told by its lineage; its entries after that are the other's.
    static List<JournalEntry> Own(RecordedRun run) => [.. run.Entries.Where(entry => entry is not { Sequence: 2, Event: RunForked })];

    static bool IsSame(JournalEntry a, JournalEntry b) => a.Type == b.Type && JsonNode.DeepEquals(Content(a), Content(b));

    static JsonNode Content(JournalEntry entry)
    {
        var content = JsonNode.Parse(CanonicalJson.Of(entry.Event))!.AsObject();
        foreach (var name in Incidental)
        {
            content.Remove(name);
        }

        return content;
    }

    static EntryFacts? Told(List<JournalEntry> entries, int at) => at < entries.Count ? new EntryFacts(entries[at].Sequence, entries[at].Type, Comparison.Text(entries[at].Event)) : null;

    static string? LineageOf(RunState a, RunState b) =>
        b.ForkedFrom?.FromRun == a.RunId ? $"B was forked from A after entry {b.ForkedFrom.Sequence}"
        : a.ForkedFrom?.FromRun == b.RunId ? $"A was forked from B after entry {a.ForkedFrom.Sequence}"
        : a.ForkedFrom is { } first && b.ForkedFrom is { } second && first.FromRun == second.FromRun ? $"both were forked from {first.FromRun}, after entries {first.Sequence} and {second.Sequence}"
        : null;
}

/// <summary>Where they part; null on a side that has no further entry.</summary>
sealed record Parting(EntryFacts? A, EntryFacts? B);

sealed record EntryFacts(long Sequence, string Type, string Text);

/// <summary>A thing that is not the same in both; null where there is none.</summary>
sealed record Differing<T>(string Id, T? A, T? B)
    where T : class
{
    public static IReadOnlyList<Differing<T>> Between(IEnumerable<T> a, IEnumerable<T> b, Func<T, string> idOf)
    {
        var (one, other) = (a.ToDictionary(idOf, StringComparer.Ordinal), b.ToDictionary(idOf, StringComparer.Ordinal));
        return [.. one.Keys.Union(other.Keys, StringComparer.Ordinal)
            .Select(id => new Differing<T>(id, one.GetValueOrDefault(id), other.GetValueOrDefault(id)))
            .Where(pair => !Equals(pair.A, pair.B))];
    }
}

/// <summary>A run as a whole.</summary>
sealed record RunFacts(
    Guid RunId, string Goal, string Workspace, RunPhase State, StopReason? StopReason, int PlanVersions, int Entries, int ToolCalls, long InputTokens, long OutputTokens, decimal? CostUsd, string? RunVerdict)
{
    public static RunFacts Of(RecordedRun run)
    {
        var state = run.StateAfter(run.Entries.Count);
        return new RunFacts(
            run.RunId, state.Goal, state.Workspace, state.Phase, state.End?.StopReason, state.PlanVersion, run.Entries.Count, state.Calls.Count, state.InputTokens, state.OutputTokens, state.Use.CostUsd,
            state.Review?.Verdict.ToString().ToLowerInvariant());
    }
}

/// <summary>A step of the present plan.</summary>
sealed record StepFacts(string Id, StepPhase State, int Attempts, string? Verdict, string? Failure, string? Answer)
{
    public static StepFacts Of(StepState step) => new(step.Id, step.Phase, step.Attempt, step.Review?.Verdict.ToString().ToLowerInvariant(), step.Failure?.Code, step.Answer);
}

/// <summary>A tool call: what was wanted, what was said to it and what came of it.</summary>
sealed record CallFacts(string CallId, string Tool, string Arguments, CallDecision Decision, string Rule, ToolCallOutcome? Outcome, string? OutputDigest)
{
    public static CallFacts Of(ToolCallState call) => new(
        call.Decided.CallId, call.Decided.Tool, CanonicalJson.Text(call.Arguments), call.Edited?.Decision ?? call.Decided.Decision, call.Edited?.Rule ?? call.Decided.Rule, call.Finished?.Outcome, call.Finished?.OutputDigest);
}
