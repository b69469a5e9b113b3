using System.Text.Json;
using System.Text.RegularExpressions;
using Agent.Contracts;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Offline;

/// <summary>The reviewer's half. It judges by the evidence's exit codes and by citations; it understands no prose.</summary>
static partial class OfflineReviewer
{
    public static ChatMessage Answer(IReadOnlyList<ChatMessage> messages)
    {
        var sections = ConversationText.Sections(messages);
        var answer = sections.GetValueOrDefault("ANSWER", "");
        var evidence = sections.GetValueOrDefault("EVIDENCE", "");
        var cited = Citation().Matches(answer).Select(match => match.Groups["id"].Value).Distinct(StringComparer.Ordinal).ToList();

        if (answer.Length == 0 || answer.StartsWith("Not done:", StringComparison.Ordinal))
        {
            return Verdict(passed: false, "fail", cited, "There is no answer to judge.");
        }

        // The last run_command decides: an answer may cite searches besides.
        if (ExitCode().Matches(evidence).LastOrDefault() is { } exit)
        {
            var (call, code) = (exit.Groups["id"].Value, exit.Groups["code"].Value);
            return code == "0"
                ? Verdict(passed: true, "accept", [call], $"{call} exited with 0.")
                : Verdict(passed: false, "fail", [call], $"{call} exited with {code}.");
        }

        return cited.Count == 0 && evidence.Length > 0
            ? Verdict(passed: false, "retry", [], "The answer cites no tool call.")
            : Verdict(passed: true, "accept", cited, cited.Count == 0 ? "An answer was given; no call was made." : $"The answer cites {cited.Count} calls.");
    }

    static ChatMessage Verdict(bool passed, string verdict, IReadOnlyList<string> evidence, string feedback) =>
        new(ChatRole.Assistant, JsonSerializer.Serialize(new { passed, verdict, evidence, feedback }, ContractJson.Options));

    [GeneratedRegex(@"\[(?<id>[a-z0-9_-]{1,32}\.\d+#\d+)\]", RegexOptions.None, 1000)]
    private static partial Regex Citation();

    // [check.1#3] run_command … "exit_code":0
    [GeneratedRegex(@"^\[(?<id>[a-z0-9_-]{1,32}\.\d+#\d+)\] run_command[^\n]*\n(?:(?!^\[)[^\n]*\n)*?[^\n]*""exit_code""\s*:\s*(?<code>-?\d+)", RegexOptions.Multiline, 1000)]
    private static partial Regex ExitCode();
}
