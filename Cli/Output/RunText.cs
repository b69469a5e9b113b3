using System.Text;
using Agent.Cli.Door;

namespace Agent.Cli.Output;

/// <summary>One run for a person.</summary>
static class RunText
{
    public static string Of(RunView run)
    {
        var text = new StringBuilder();
        text.AppendLine($"run        {run.RunId}");
        text.AppendLine($"goal       {run.Goal}");
        text.AppendLine($"workspace  {run.Workspace}");
        text.AppendLine($"state      {PlainProgress.StateName(run.State)}{(run.StopReason is { } reason ? $" ({System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString())})" : "")}");
        if ((run.Detail ?? run.WaitReason) is { Length: > 0 } detail)
        {
            text.AppendLine($"detail     {detail}");
        }

        text.AppendLine($"used       {run.ToolCalls} tool calls, {run.Tokens} tokens{Cost(run.CostUsd)}, {run.DurationMs / 1000.0:0.0} s");
        foreach (var (role, use) in run.Usage ?? new Dictionary<string, UseView>(StringComparer.Ordinal))
        {
            text.AppendLine($"  {role,-9}{use.Calls} model calls, {use.Input} tokens in ({use.Cached} cached), {use.Output} out ({use.Reasoning} reasoning){Cost(use.CostUsd)}");
        }

        text.AppendLine($"journal    {run.JournalLength} entries, head {run.JournalHead}");
        if (run.Steps.Count > 0)
        {
            text.AppendLine().Append(Columns.Of(
                ["STEP", "STATE", "ATTEMPTS", "TIME", "TOKENS", "TITLE"],
                run.Steps.Select(step => (IReadOnlyList<string>)[step.Id, step.State, $"{step.Attempts}", PlainProgress.Took(step).Trim(), step.Usage is { } use ? $"{use.Input + use.Output}" : "", step.Title])));
        }

        if (run.Report is { Length: > 0 } report)
        {
            text.AppendLine().AppendLine(report);
        }

        return text.ToString();
    }

    static string Cost(decimal? dollars) => dollars is { } cost ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $", ${cost:0.######}") : "";
}
