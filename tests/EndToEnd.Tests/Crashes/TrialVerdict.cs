using System.Globalization;
using Agent.Contracts;
using Agent.Journal;

namespace Agent.EndToEnd.Tests.Crashes;

/// <summary>How soon a dead executor's step had its next owner, and for how much of that the store was away, in seconds.</summary>
sealed record Takeover(double Seconds, double StoreAway)
{
    public double WithStore => Seconds - StoreAway;
}

/// <summary>What a trial has shown, read from the journals, the counter of effects and the list of deaths.</summary>
sealed record TrialVerdict(int Runs, int Deaths, IReadOnlyList<string> Lost, IReadOnlyList<string> Duplicates, IReadOnlyList<string> Unknowns, IReadOnlyList<string> Unexplained, IReadOnlyList<string> Broken, IReadOnlyList<Takeover> Takeovers)
{
    static readonly TimeSpan Recent = TimeSpan.FromSeconds(45);

    public static async Task<TrialVerdict> OfAsync(Fleet fleet, Person person, IReadOnlyCollection<Outage> storeOutages)
    {
        List<string> lost = [], duplicates = [], unknowns = [], unexplained = [], broken = [];
        List<Takeover> takeovers = [];
        var effects = fleet.Effects.All();
        foreach (var (goal, runId) in person.Runs)
        {
            var entries = new List<JournalEntry>();
            await foreach (var entry in fleet.Journal.ReadAsync(runId))
            {
                entries.Add(entry);
            }

            if (entries is not [.., { Event: RunEnded { State: RunPhase.Succeeded } }])
            {
                lost.Add($"{goal} ({runId}): {(entries is [.., { Event: RunEnded end }] ? $"{end.State}: {end.Report}" : $"open after {entries.Count} entries, the last {entries.LastOrDefault()?.Type}")}");
            }

            duplicates.AddRange(TrialModel.Tokens(goal).Select(token => (Token: token, Times: effects.GetValueOrDefault(token))).Where(effect => effect.Times != 1).Select(effect => $"{effect.Token}: {effect.Times} times"));
            foreach (var unknown in entries.Where(entry => entry.Event is ToolCallUnknown))
            {
                var explained = fleet.Deaths.Select(death => death.At).Concat(storeOutages.Select(outage => outage.From)).Any(at => at < unknown.At + TimeSpan.FromSeconds(1) && unknown.At - at < Recent);
                (explained ? unknowns : unexplained).Add($"{goal} {((ToolCallUnknown)unknown.Event).CallId}: {((ToolCallUnknown)unknown.Event).Reason}");
            }

            broken.AddRange(Mistakes(entries).Select(mistake => $"{goal} ({runId}): {mistake}"));
            if (await fleet.Journal.VerifyAsync(runId) is { Holds: false } chain)
            {
                broken.Add($"{goal} ({runId}): the chain is broken at {chain.BrokenAt}: {chain.Reason}");
            }

            takeovers.AddRange(TakeoversOf(entries, fleet.Deaths, storeOutages));
        }

        return new TrialVerdict(person.Runs.Count, fleet.Deaths.Count, lost, duplicates, unknowns, unexplained, broken, takeovers);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Runs} runs, {Deaths} deaths, {Lost.Count} lost, {Duplicates.Count} effects not exactly once, {Unknowns.Count} unknown and explained, {Unexplained.Count} unexplained, {Broken.Count} broken; {Takeovers.Count} takeovers, longest {Takeovers.Select(taken => taken.Seconds).DefaultIfEmpty().Max():0.0} s, without the time the store was away {Takeovers.Select(taken => taken.WithStore).DefaultIfEmpty().Max():0.0} s\n{string.Join('\n', [.. Lost, .. Duplicates, .. Unexplained, .. Broken])}");

    static IEnumerable<string> Mistakes(List<JournalEntry> entries)
    {
        var finished = new HashSet<string>(StringComparer.Ordinal);
        var tokens = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var position = 0; position < entries.Count; position++)
        {
            if (entries[position].Sequence != position + 1)
            {
                yield return $"entry {position + 1} has sequence {entries[position].Sequence}";
            }

            switch (entries[position].Event)
            {
                case ToolCallStarted started when finished.Contains(started.CallId):
                    yield return $"{started.CallId} was started after it had finished";
                    break;
                case ToolCallFinished ended when !finished.Add(ended.CallId):
                    yield return $"{ended.CallId} finished twice";
                    break;
                case StepLeased leased when leased.Token <= tokens.GetValueOrDefault(leased.StepId):
                    yield return $"{leased.StepId} was leased with the old token {leased.Token}";
                    break;
                case StepLeased leased:
                    tokens[leased.StepId] = leased.Token;
                    break;
            }
        }
    }

    static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    /// <summary>From the death of a step's owner to the next owner's first entry.</summary>
    static IEnumerable<Takeover> TakeoversOf(List<JournalEntry> entries, IEnumerable<Death> deaths, IReadOnlyCollection<Outage> storeOutages)
    {
        foreach (var death in deaths.Where(death => death.Service == "executor-service"))
        {
            var owned = entries.Where(entry => entry.At <= death.At).Select(entry => entry.Event).OfType<StepLeased>().GroupBy(leased => leased.StepId).Select(step => step.Last())
                .Where(leased => leased.Owner.Contains($"-{death.ProcessId}-", StringComparison.Ordinal));
            foreach (var orphan in owned)
            {
                var after = entries.Where(entry => entry.Event is StepLeased leased && leased.StepId == orphan.StepId && leased.Token > orphan.Token).Select(entry => (DateTimeOffset?)entry.At).FirstOrDefault();
                var ended = entries.Any(entry => entry.At <= death.At && entry.Event is StepExecuted { } executed && executed.StepId == orphan.StepId && executed.Attempt == orphan.Attempt
                    || entry.At <= death.At && entry.Event is StepFailed { } failed && failed.StepId == orphan.StepId && failed.Attempt == orphan.Attempt
                    || entry.At <= death.At && entry.Event is ToolCallUnknown { } unknown && unknown.StepId == orphan.StepId
                    || entry.At <= death.At && entry.Event is ApprovalRequested { } asked && asked.StepId == orphan.StepId);
                if (!ended && after is { } taken)
                {
                    yield return new Takeover((taken - death.At).TotalSeconds, storeOutages.Sum(outage => Math.Max(0, (Earlier(outage.To, taken) - Later(outage.From, death.At)).TotalSeconds)));
                }
            }
        }
    }
}
