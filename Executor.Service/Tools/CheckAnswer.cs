using System.Text.Json;
using Agent.Contracts;

namespace Agent.Executor.Service.Tools;

/// <summary>Whether what a check showed answers the question by what the person said it would hold. Careful: what is not clear is left to the person. Pure.</summary>
static class CheckAnswer
{
    /// <returns>True: it happened; false: it did not; null: a person decides.</returns>
    public static bool? Of(ToolCallChecked made, string? expected)
    {
        if (string.IsNullOrEmpty(expected) || made.Outcome != ToolCallOutcome.Ok)
        {
            return null;
        }

        var (text, isWhole) = Read(made);
        return text.Contains(expected, StringComparison.Ordinal) ? true : isWhole && !made.Truncated ? false : null;
    }

    // {"exit_code":1,"stdout":"","stderr":"cat: release-7: No such file or directory"}: what a command complains about may hold the very text, and one that failed has looked at nothing.
    static (string Text, bool IsWhole) Read(ToolCallChecked made)
    {
        if (made.Tool != "run_command")
        {
            return (made.Output, true);
        }

        try
        {
            using var answer = JsonDocument.Parse(made.Output);
            return (answer.RootElement.GetProperty("stdout").GetString() ?? "", answer.RootElement.GetProperty("exit_code").GetInt32() == 0);
        }
        catch (JsonException)
        {
            // Head and tail of an answer that was too long to be shown.
            return ("", false);
        }
    }
}
