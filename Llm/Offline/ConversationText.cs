using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Offline;

/// <summary>The marked sections of the user's message:
/// <code>
/// GOAL: Describe this repository
/// STEP survey: Count files and lines
/// INSTRUCTION: …
/// RESULT OF projects:
/// …
/// </code></summary>
static partial class ConversationText
{
    public static Dictionary<string, string> Sections(IEnumerable<ChatMessage> messages)
    {
        var text = messages.FirstOrDefault(message => message.Role == ChatRole.User)?.Text ?? "";
        var marks = Mark().Matches(text);
        var sections = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var index = 0; index < marks.Count; index++)
        {
            var end = index + 1 < marks.Count ? marks[index + 1].Index : text.Length;
            var start = marks[index].Index + marks[index].Length;

            // The first one counts: a quoted file may hold a line that looks like a mark.
            sections.TryAdd(marks[index].Groups["name"].Value.Trim(), text[start..end].Trim());
        }

        return sections;
    }

    [GeneratedRegex(@"^(?<name>GOAL|STEP [a-z0-9_-]{1,32}|INSTRUCTION|RESULT OF [a-z0-9_-]{1,32}|FEEDBACK|CRITERION|ANSWER|EVIDENCE|ACCEPTANCE|TOOLS|MISTAKES|FINISHED|REPLAN|OPERATOR):[ \t]*", RegexOptions.Multiline, 2000)]
    private static partial Regex Mark();
}
