using System.Text.RegularExpressions;

namespace Agent.Llm.Offline.Goals;

/// <summary>Reads a goal in plain English. Takes it whole or not at all: doing half of what was asked would look like success.</summary>
static partial class GoalReader
{
    const int Tries = 4;

    /// <returns>The tasks in order; null if any part of the goal is not known.</returns>
    public static IReadOnlyList<OfflineTask>? Read(string goal)
    {
        for (var tries = 1; tries <= Tries; tries++)
        {
            try
            {
                return ReadWhole(goal);
            }
            catch (RegexMatchTimeoutException)
            {
                // The limit is on the clock, which also runs while a busy machine runs others and while the pattern is compiled: once says nothing.
                continue;
            }
        }

        // No goal that is meant for the rules takes them so long.
        return null;
    }

    static IReadOnlyList<OfflineTask>? ReadWhole(string goal)
    {
        var text = Politeness().Replace(goal.Trim(), "").Trim().TrimEnd('.', '!', '?', ' ');
        if (text.Length == 0)
        {
            return null;
        }

        var parts = Parts(text);
        if (parts.Count > 1)
        {
            var tasks = parts.Select(ReadOne).ToList();
            if (tasks.TrueForAll(task => task is not null))
            {
                return [.. tasks.Select(task => task!)];
            }

            // "Count files and lines" is one task; "Count files and delete them" is two, one of them unknown.
            if (parts.Skip(1).Any(part => Imperative().IsMatch(part)))
            {
                return null;
            }
        }

        return ReadOne(text) is { } one ? [one] : null;
    }

    static OfflineTask? ReadOne(string part)
    {
        var text = Politeness().Replace(part.Trim(), "").Trim().TrimEnd('.', '!', '?', ' ');
        foreach (var wording in GoalWordings.All)
        {
            if (wording.Pattern.Match(text) is { Success: true } match && wording.Make(match) is { } task)
            {
                return task;
            }
        }

        return null;
    }

    /// <summary>Splits at "and", "then", ";" and full stops outside of quotes.</summary>
    static List<string> Parts(string text)
    {
        var quoted = Quoted().Matches(text);
        var parts = new List<string>();
        var start = 0;
        foreach (Match joint in Joint().Matches(text))
        {
            if (quoted.Any(quote => joint.Index >= quote.Index && joint.Index < quote.Index + quote.Length))
            {
                continue;
            }

            parts.Add(text[start..joint.Index]);
            start = joint.Index + joint.Length;
        }

        parts.Add(text[start..]);
        return [.. parts.Select(part => part.Trim()).Where(part => part.Length > 0)];
    }

    [GeneratedRegex(@"^(?:(?:please|kindly|now|then|also|and)\b[,\s]*|(?:can|could|would|will)\s+you\s+(?:please\s+)?|i\s+(?:want|would\s+like|need)\s+(?:you\s+)?to\s+)+", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Politeness();

    [GeneratedRegex(@"\s*,?\s+and\s+then\s+|\s*,?\s+then\s+|\s*,?\s+and\s+|\s*;\s+|\.\s+(?=[A-Z])", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Joint();

    [GeneratedRegex("\"[^\"]*\"|“[^”]*”|`[^`]*`|(?<!\\w)'[^']*'", RegexOptions.None, 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^(?:please\s+|also\s+)*(?:add|build|change|clean|commit|convert|copy|count|create|debug|delete|deploy|describe|download|edit|explain|fetch|find|fix|format|generate|implement|improve|install|list|make|merge|migrate|move|open|optimi[sz]e|port|post|publish|push|read|refactor|release|remove|rename|replace|report|rewrite|run|search|send|show|start|stop|summari[sz]e|test|translate|update|upgrade|upload|write)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Imperative();
}
