using System.CommandLine;
using System.Globalization;
using System.Text;
using Agent.Cli.Output;
using Agent.Guardrails;

namespace Agent.Cli.Commands;

/// <summary><c>agent policies simulate</c>: which recorded decisions another bundle would have changed.</summary>
static class PoliciesSimulateCommand
{
    static readonly string[] Changes = ["newly-allowed", "newly-asked", "newly-denied"];

    public static Command Create()
    {
        var bundle = PolicyDirectory.Option();
        var state = new Option<string>("--state") { Description = "The suite's state directory (default: AGENT_STATE_DIR, else .agent)." };
        var since = new Option<string>("--since") { Description = "How far back: 30d, 12h, 90m (default: everything)." };
        var failOn = new Option<string>("--fail-on") { Description = "Exit with 3 if there is such a change: newly-allowed, newly-asked or newly-denied." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        failOn.AcceptOnlyFromAmong(Changes);
        var command = new Command("simulate", "Decide recorded tool calls again by another bundle, and say what would change.") { bundle, state, since, failOn, json };
        command.SetAction(parsed =>
        {
            var policies = PolicyDirectory.LoadValid(parsed.GetValue(bundle));
            var from = parsed.GetValue(since) is { } span ? TimeProvider.System.GetUtcNow() - TimeSpans.Read(span) : DateTimeOffset.MinValue;
            var directory = parsed.GetValue(state) ?? Environment.GetEnvironmentVariable("AGENT_STATE_DIR") ?? ".agent";
            var result = Simulate(policies, RecordedDecisions.Read(Path.GetFullPath(directory), from));

            var talk = Talk.Of(parsed);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(result);
            }
            else
            {
                talk.Answer(Text(result));
            }

            return (int)(parsed.GetValue(failOn) is { } unwanted && result.Changed.Any(change => change.Kind == unwanted) ? ExitCode.DeniedByPolicy : ExitCode.Done);
        });
        return command;
    }

    internal static Simulation Simulate(PolicyBundle policies, IReadOnlyList<RecordedDecision> decisions)
    {
        // Decisions are independent of each other: what one looks at was recorded with it.
        var judged = decisions.AsParallel().AsOrdered().Select(decision => (Recorded: decision, Now: Decide(policies, decision))).Where(pair => pair.Now is not null).ToList();
        var diverged = new HashSet<string>(StringComparer.Ordinal);
        var changed = new List<SimulatedChange>();
        foreach (var (recorded, now) in judged)
        {
            var word = PoliciesExplainCommand.Word(now!.Ruling);
            if (word != recorded.Decision)
            {
                var kind = now.Ruling switch { Ruling.Allow => Changes[0], Ruling.Ask => Changes[1], _ => Changes[2] };
                changed.Add(new SimulatedChange(
                    kind, recorded.Run, recorded.Workspace, recorded.Sequence, recorded.CallId, recorded.Tool, Columns.Shorten(recorded.Arguments.GetRawText(), 200),
                    recorded.Decision, recorded.Rule, word, now.Rule, now.Reason, FirstOfRun: diverged.Add(recorded.Run)));
            }
        }

        return new Simulation(policies.Digest, decisions.Count, judged.Count, decisions.Count == 0 ? 1 : (double)judged.Count / decisions.Count, changed)
        {
            ByRule = Count(changed, change => change.NewRule),
            ByWorkspace = Count(changed, change => change.Workspace),
            ByRun = Count(changed, change => change.Run),
        };
    }

    static Decision? Decide(PolicyBundle policies, RecordedDecision decision) =>
        ToolRequests.ForRecorded(decision.Tool, decision.Arguments, decision.Effect, decision.Workspace, decision.Principal) is not { } request ? null
        : policies.Decide(policies.LooksBack ? decision.Past.Complete(request with { At = decision.At }, decision.Arguments) : request);

    static List<ChangeCount> Count(List<SimulatedChange> changed, Func<SimulatedChange, string> of) =>
        [.. changed.GroupBy(change => (change.Kind, Of: of(change))).Select(group => new ChangeCount(group.Key.Kind, group.Key.Of, group.Count())).OrderByDescending(count => count.Count).ThenBy(count => count.Of, StringComparer.Ordinal)];

    static string Text(Simulation result)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{result.Judged} of {result.Recorded} recorded decisions could be decided again ({result.Coverage:P0}); {result.Changed.Count} would change.");
        foreach (var group in result.Changed.GroupBy(change => (change.Kind, change.NewRule)).OrderBy(group => group.Key.Kind, StringComparer.Ordinal).ThenByDescending(group => group.Count()))
        {
            text.AppendLine($"{group.Key.Kind} by {group.Key.NewRule}: {group.Count()} in {group.Select(change => change.Run).Distinct(StringComparer.Ordinal).Count()} runs");
            foreach (var change in group.Take(5))
            {
                text.AppendLine($"  {(change.FirstOfRun ? "* " : "  ")}{change.Run} [{change.CallId}] {change.Tool} {Columns.Shorten(change.Arguments, 80)}: {change.Decision} ({change.Rule}) → {change.NewDecision}: {change.NewReason}");
            }
        }

        foreach (var count in result.ByWorkspace.Concat(result.ByRun.Take(10)))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{count.Kind} in {count.Of}: {count.Count}");
        }

        return result.Changed.Count == 0 ? text.ToString() : text.AppendLine("* the first decision of its run that differs: what came after may have gone another way").ToString();
    }
}

/// <summary>What a bundle would have said to recorded calls.</summary>
/// <param name="Coverage">Share of the recorded decisions that could be decided again.</param>
sealed record Simulation(string Digest, int Recorded, int Judged, double Coverage, IReadOnlyList<SimulatedChange> Changed)
{
    /// <summary>Changes by the rule that would decide now, by workspace, by run; most first.</summary>
    public IReadOnlyList<ChangeCount> ByRule { get; init; } = [];

    public IReadOnlyList<ChangeCount> ByWorkspace { get; init; } = [];

    public IReadOnlyList<ChangeCount> ByRun { get; init; } = [];
}

sealed record ChangeCount(string Kind, string Of, int Count);

sealed record SimulatedChange(
    string Kind, string Run, string Workspace, long Sequence, string CallId, string Tool, string Arguments,
    string Decision, string Rule, string NewDecision, string NewRule, string NewReason, bool FirstOfRun);
