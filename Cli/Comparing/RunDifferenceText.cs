using System.Globalization;
using System.Text;
using System.Text.Json;
using Agent.Cli.Output;

namespace Agent.Cli.Comparing;

/// <summary>Two runs side by side, for a person.</summary>
static class RunDifferenceText
{
    const int Width = 60;

    public static string Of(RunDifference difference)
    {
        var (a, b) = (difference.A, difference.B);
        var text = new StringBuilder();
        text.AppendLine(Columns.Of(["", "A", "B"], Rows(a, b)).TrimEnd());
        text.AppendLine();
        text.AppendLine($"{(difference.Lineage is { } lineage ? lineage + "; " : "")}{difference.SameEntries} entries are the same.");
        if (difference.PartAt is { } parting)
        {
            text.AppendLine("They part at:");
            text.AppendLine($"  A {Entry(parting.A)}");
            text.AppendLine($"  B {Entry(parting.B)}");
        }

        Write(text, "Steps", difference.Steps, Step);
        Write(text, "Tool calls", difference.Calls, Call);
        return text.ToString();
    }

    static IEnumerable<IReadOnlyList<string>> Rows(RunFacts a, RunFacts b)
    {
        yield return ["run", a.RunId.ToString(), b.RunId.ToString()];
        yield return ["goal", Columns.Shorten(a.Goal, Width), Columns.Shorten(b.Goal, Width)];
        yield return ["workspace", a.Workspace, b.Workspace];
        yield return ["state", State(a), State(b)];
        yield return ["verdict", a.RunVerdict ?? "", b.RunVerdict ?? ""];
        yield return ["plan versions", Number(a.PlanVersions), Number(b.PlanVersions)];
        yield return ["entries", Number(a.Entries), Number(b.Entries)];
        yield return ["tool calls", Number(a.ToolCalls), Number(b.ToolCalls)];
        yield return ["tokens in, out", $"{Number(a.InputTokens)}, {Number(a.OutputTokens)}", $"{Number(b.InputTokens)}, {Number(b.OutputTokens)}"];
    }

    static void Write<T>(StringBuilder text, string title, IReadOnlyList<Differing<T>> differing, Func<T?, string> say)
        where T : class
    {
        if (differing.Count > 0)
        {
            text.AppendLine();
            text.AppendLine(Columns.Of([title, "A", "B"], differing.Select(one => (IReadOnlyList<string>)[one.Id, say(one.A), say(one.B)])).TrimEnd());
        }
    }

    static string Entry(EntryFacts? entry) => entry is null ? "has no further entry" : $"entry {entry.Sequence}: {Columns.Shorten(entry.Text, 200)}";

    static string State(RunFacts run) => Name(run.State) + (run.StopReason is { } reason ? $" ({Name(reason)})" : "");

    static string Step(StepFacts? step) => step is null ? "not there"
        : $"{Name(step.State)}, {step.Attempts} {(step.Attempts == 1 ? "attempt" : "attempts")}{(step.Verdict is { } verdict ? $", {verdict}" : "")}{(step.Failure is { } failure ? $", {failure}" : "")}{(step.Answer is { } answer ? $": {Columns.Shorten(answer, 40)}" : "")}";

    static string Call(CallFacts? call) => call is null ? "not made"
        : $"{call.Tool} {Columns.Shorten(call.Arguments, 40)}: {Name(call.Decision)} by {call.Rule}{(call.Outcome is { } outcome ? $", {Name(outcome)} {call.OutputDigest?[..Math.Min(8, call.OutputDigest.Length)]}" : "")}";

    static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
