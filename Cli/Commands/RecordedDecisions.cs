using System.Text.Json;
using Agent.Guardrails;

namespace Agent.Cli.Commands;

/// <summary>Decisions that runs have met, from their audit files.</summary>
static class RecordedDecisions
{
    static readonly Dictionary<string, EffectStrength> Effects = new(StringComparer.Ordinal)
    {
        ["pure"] = EffectStrength.Pure,
        ["idempotent"] = EffectStrength.Idempotent,
        ["compensatable"] = EffectStrength.Compensatable,
        ["irreversible"] = EffectStrength.Irreversible,
    };

    public static IReadOnlyList<RecordedDecision> Read(string stateDirectory, DateTimeOffset since)
    {
        var directory = Path.Combine(stateDirectory, "audit");
        if (!Directory.Exists(directory))
        {
            throw new CommandException(ExitCode.Usage, $"There are no audit files in {directory}. Name the suite's state directory with --state, or set AGENT_STATE_DIR.");
        }

        // Run by run, side by side: what a decision looked at lies in its own run.
        return Directory.EnumerateFiles(directory, "run-*.jsonl").Order(StringComparer.Ordinal).AsParallel().AsOrdered().SelectMany(file => ReadRun(file, since)).ToList();
    }

    static IEnumerable<RecordedDecision> ReadRun(string file, DateTimeOffset since)
    {
        var (decisions, past) = (new List<RecordedDecision>(), new RecordedPast());
        var effects = new Dictionary<string, EffectStrength>(StringComparer.Ordinal);
        var run = Path.GetFileNameWithoutExtension(file)["run-".Length..];
        var (workspace, principal) = ("/", (string?)null);
        foreach (var line in File.ReadLines(file))
        {
            // The last line of a run that is under way may be half written.
            if (!line.EndsWith('}') || Parse(line) is not { } entry || !entry.TryGetProperty("data", out var data))
            {
                continue;
            }

            var at = entry.GetProperty("at").GetDateTimeOffset();
            switch (entry.GetProperty("type").GetString())
            {
                case "RunSubmitted":
                    workspace = data.GetProperty("workspace").GetString() ?? "/";
                    principal = data.TryGetProperty("principal", out var who) ? who.GetString() : null;
                    past.Said(data.TryGetProperty("goal", out var goal) ? goal.GetString() : null);
                    break;
                case "OperatorMessage":
                    past.Said(data.GetProperty("text").GetString());
                    break;
                case "ToolCallStarted":
                    past.Started(data.GetProperty("call_id").GetString()!, at);
                    if (data.TryGetProperty("effect", out var effect) && Effects.TryGetValue(effect.GetString() ?? "", out var strength))
                    {
                        effects[data.GetProperty("call_id").GetString()!] = strength;
                    }

                    break;
                case "ToolCallFinished" when data.TryGetProperty("output", out var output):
                    past.Returned(output.GetString());
                    break;

                // A call that went on with a person's arguments was decided about once more, with those.
                case "ToolCallDecided" or "ToolCallEdited":
                    var (callId, tool, arguments) = (data.GetProperty("call_id").GetString()!, data.GetProperty("tool").GetString()!, data.GetProperty("arguments").Clone());
                    past.Decided(callId, tool, arguments);
                    if (at >= since)
                    {
                        decisions.Add(new RecordedDecision(
                            run, workspace, principal, entry.GetProperty("seq").GetInt64(), callId, tool, arguments, data.GetProperty("decision").GetString()!, data.GetProperty("rule").GetString()!, null)
                        {
                            At = at,
                            Past = past.Now(),
                        });
                    }

                    break;
                default:
                    break;
            }
        }

        return decisions.Select(decision => effects.TryGetValue(decision.CallId, out var effect) ? decision with { Effect = effect } : decision);
    }

    static JsonElement? Parse(string line)
    {
        try
        {
            return JsonElement.Parse(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>One decision as the journal holds it.</summary>
/// <param name="Effect">Known only of calls that were made.</param>
sealed record RecordedDecision(
    string Run, string Workspace, string? Principal, long Sequence, string CallId, string Tool, JsonElement Arguments, string Decision, string Rule, EffectStrength? Effect)
{
    public DateTimeOffset At { get; init; }

    /// <summary>What the run had done and read by then.</summary>
    public required PastMoment Past { get; init; }
}
