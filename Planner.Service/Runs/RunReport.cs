using System.Globalization;
using System.Text;
using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.Llm.Offline;

namespace Agent.Planner.Service.Runs;

/// <summary>A run's report in Markdown: the result first, then how it came about. Pure.</summary>
static class RunReport
{
    public static string Write(RunState state, RunPhase phase, StopReason reason, string? detail, DateTimeOffset now)
    {
        var report = new StringBuilder();
        if (phase != RunPhase.Succeeded)
        {
            report.Append(CultureInfo.InvariantCulture, $"**Not done: {Name(phase)} ({Name(reason)}).** {detail}\n\n");
        }

        WriteResult(report, state, phase);
        WriteOutcome(report, state, phase, reason, now);
        WriteSteps(report, state);
        ChangesReport.Write(report, state);
        WriteTroubles(report, state);
        WriteCalls(report, state);
        if (state.Model == OfflineChatClient.ModelId)
        {
            report.Append(CultureInfo.InvariantCulture, $"\n{OfflineAbilities.Limits}\n");
        }

        return report.ToString().TrimEnd() + "\n";
    }

    /// <summary>The answers of the steps nothing depends on; for a run cut short, every answer there is.</summary>
    static void WriteResult(StringBuilder report, RunState state, RunPhase phase)
    {
        var needed = state.Steps.SelectMany(step => step.Definition.DependsOn).ToHashSet(StringComparer.Ordinal);
        var sinks = state.Steps.Where(step => !needed.Contains(step.Id) && step.Answer is not null).ToList();
        if (phase == RunPhase.Succeeded || sinks.Exists(step => step.Phase == StepPhase.Accepted))
        {
            var result = string.Join("\n\n", sinks.Select(step => step.Answer!.Trim()));
            report.Append(result).Append('\n');
            WriteAlongTheWay(report, result, state.Steps.Where(step => needed.Contains(step.Id) && step.Phase == StepPhase.Accepted));
            return;
        }

        var partial = state.Steps.Where(step => step.Answer is { } answer && !answer.StartsWith("Not done:", StringComparison.Ordinal)).ToList();
        if (partial.Count > 0)
        {
            report.Append("## Partial result\n");
            foreach (var step in partial)
            {
                report.Append(CultureInfo.InvariantCulture, $"\nStep {step.Id}{(step.Phase == StepPhase.Accepted ? "" : ", not accepted")}:\n\n{step.Answer!.Trim()}\n");
            }
        }
    }

    /// <summary>Short answers that the result does not repeat: of "count the files and then read a.txt" both are wanted.</summary>
    static void WriteAlongTheWay(StringBuilder report, string result, IEnumerable<StepState> steps)
    {
        const int Short = 600;
        var answers = steps.Where(step => step.Answer is { Length: > 0 and <= Short } answer && !result.Contains(answer.Split('\n', 2)[0], StringComparison.Ordinal)).ToList();
        if (answers.Count > 0)
        {
            report.Append("\n## Along the way\n");
            foreach (var step in answers)
            {
                report.Append(CultureInfo.InvariantCulture, $"\nStep {step.Id}: {step.Answer!.Trim()}\n");
            }
        }
    }

    static void WriteOutcome(StringBuilder report, RunState state, RunPhase phase, StopReason reason, DateTimeOffset now)
    {
        report.Append("\n## How it was done\n\n");
        report.Append(CultureInfo.InvariantCulture, $"- Goal: {OneLine(state.Goal)}\n");
        report.Append(CultureInfo.InvariantCulture, $"- Outcome: {Name(phase)}, {Name(reason)}, after {Seconds(now - state.SubmittedAt)}\n");
        if (state.Plan is { } plan)
        {
            report.Append(CultureInfo.InvariantCulture, $"- Plan (version {state.PlanVersion}): {OneLine(plan.Summary)}\n");
        }

        if (state.Model is { } model)
        {
            report.Append(CultureInfo.InvariantCulture, $"- Model: `{model}`, {state.InputTokens} tokens in, {state.OutputTokens} out{(state.Use.CostUsd is { } cost ? string.Create(CultureInfo.InvariantCulture, $", ${cost:0.######}") : "")}\n");
        }
    }

    static void WriteSteps(StringBuilder report, RunState state)
    {
        if (state.Steps.Count == 0)
        {
            return;
        }

        report.Append("\n| step | what | state | attempts | time | tool calls |\n|---|---|---|---:|---:|---:|\n");
        foreach (var step in state.Steps)
        {
            var time = step is { StartedAt: { } from, EndedAt: { } to } ? Seconds(to - from) : "";
            report.Append(CultureInfo.InvariantCulture, $"| {step.Id} | {Cell(step.Definition.Title)} | {Name(step.Phase)} | {step.Attempt} | {time} | {step.CallIds.Count} |\n");
        }
    }

    static void WriteTroubles(StringBuilder report, RunState state)
    {
        var troubles = new List<string>();
        foreach (var step in state.Steps)
        {
            if (step.Failure is { } failure)
            {
                troubles.Add($"Step {step.Id} failed ({failure.Code}): {OneLine(failure.Reason)}");
            }
            else if (step.Review is { Verdict: not Verdict.Accept } review)
            {
                troubles.Add($"Step {step.Id} was not accepted ({Name(review.Verdict)}): {OneLine(review.Feedback)}");
            }
        }

        foreach (var call in state.Calls.Values)
        {
            var (id, tool) = (call.Decided.CallId, call.Decided.Tool);
            if (call.Finished is { Outcome: not ToolCallOutcome.Ok } finished)
            {
                troubles.Add($"[{id}] {tool} ended {Name(finished.Outcome)}: {OneLine(finished.Output)}");
            }
            else if (call is { Started: not null, Finished: null, Resolved: null })
            {
                troubles.Add($"[{id}] {tool} was started and its outcome is not known: look before you repeat it");
            }
        }

        if (troubles.Count > 0)
        {
            const int Shown = 30;
            report.Append("\n## What went wrong\n\n");
            report.Append(string.Join('\n', troubles.Take(Shown).Select(trouble => "- " + trouble))).Append('\n');
            if (troubles.Count > Shown)
            {
                report.Append(CultureInfo.InvariantCulture, $"- and {troubles.Count - Shown} more; the journal has them\n");
            }
        }
    }

    static void WriteCalls(StringBuilder report, RunState state)
    {
        if (state.Calls.Count == 0)
        {
            return;
        }

        const int Shown = 60;
        report.Append(CultureInfo.InvariantCulture, $"\n## Tool calls ({state.Calls.Count})\n\n");
        foreach (var call in state.Calls.Values.Take(Shown))
        {
            var outcome = call.Finished is { } finished ? $"{Name(finished.Outcome)}, {finished.DurationMs:F0} ms" : call.Started is null ? "not started" : "outcome not known";
            report.Append(CultureInfo.InvariantCulture, $"- [{call.Decided.CallId}] {call.Decided.Tool} `{Cell(Short(call.Decided.Arguments.GetRawText()))}`: {outcome}\n");
        }

        if (state.Calls.Count > Shown)
        {
            report.Append(CultureInfo.InvariantCulture, $"- and {state.Calls.Count - Shown} more; the journal has them\n");
        }
    }

    static string Name<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()).Replace('_', ' ');

    static string Seconds(TimeSpan time) => time < TimeSpan.FromMinutes(2) ? $"{time.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture)} s" : time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture);

    static string OneLine(string text) => Short(text.ReplaceLineEndings(" ").Trim(), 400);

    static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");

    static string Short(string text, int length = 140) => (text.Length > length ? text[..length] + "…" : text).Replace('`', '\'');
}
