using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Agent.TestKit.Models;

namespace Agent.EndToEnd.Tests.Crashes;

/// <summary>A model that plans the trial's five steps, does what an instruction says, tries again what failed, and accepts what was done. A function of what it is shown.</summary>
static partial class TrialModel
{
    static readonly TimeSpan BeforeAnotherTry = TimeSpan.FromSeconds(1);

    /// <summary>How a goal begins that takes one step, which runs a command.</summary>
    public const string OneCommand = "one command";

    /// <summary>Steps that act on the world, each with the token it leaves.</summary>
    public static IEnumerable<string> Tokens(string goal) => [$"{goal}/mcp", $"{goal}/command", $"{goal}/asked"];

    public static ScriptedReply Answer(ModelRequest request)
    {
        var messages = request.Body.GetProperty("messages").EnumerateArray().ToList();
        var asked = Text(messages.First(message => message.GetProperty("role").GetString() == "user"));
        return asked.Contains("\nINSTRUCTION: ", StringComparison.Ordinal) ? Execute(asked, messages)
            : asked.Contains("\nTOOLS: ", StringComparison.Ordinal) ? new ScriptedReply(Plan(Goal(asked)))
            : new ScriptedReply(new JsonObject { ["passed"] = true, ["verdict"] = "accept", ["evidence"] = new JsonArray([.. CallIds().Matches(asked).Select(match => (JsonNode)match.Groups["id"].Value).Take(1)]), ["feedback"] = "" }.ToJsonString());
    }

    static ScriptedReply Execute(string asked, List<JsonElement> messages)
    {
        var instruction = JsonNode.Parse(Line(asked, "INSTRUCTION: "))!;
        if (instruction["fails_first"] is not null && !asked.Contains("\nFEEDBACK: ", StringComparison.Ordinal))
        {
            return new ScriptedReply("");
        }

        if (instruction["tool"] is not { } tool)
        {
            return new ScriptedReply("All is done.");
        }

        var last = messages.LastOrDefault(message => message.GetProperty("role").GetString() == "tool");
        var failed = last.ValueKind == JsonValueKind.Object && Text(last).Contains("\nerror: ", StringComparison.Ordinal);
        return last.ValueKind == JsonValueKind.Object && !failed
            ? new ScriptedReply("It was done.")
            : new ScriptedReply("", new ScriptedCall((string)tool!, instruction["arguments"]!.ToJsonString())) { After = failed ? Task.Delay(BeforeAnotherTry) : null };
    }

    static string Plan(string goal) => new JsonObject
    {
        ["summary"] = "What the goal takes.",
        ["steps"] = goal.StartsWith(OneCommand, StringComparison.Ordinal) ? new JsonArray(Step("command", [], Command(EffectCounter.Command, $"{goal}/command"))) : new JsonArray(
            Step("mcp", [], new JsonObject { ["tool"] = "effects__act", ["arguments"] = new JsonObject { ["token"] = $"{goal}/mcp" } }),
            Step("command", [], Command(EffectCounter.Command, $"{goal}/command")),
            Step("asked", ["mcp"], Command(EffectCounter.AskedCommand, $"{goal}/asked")),
            Step("late", ["command"], new JsonObject { ["fails_first"] = true }),
            Step("end", ["asked", "late"], new JsonObject { ["answer"] = true })),
    }.ToJsonString();

    static JsonObject Command(string command, string token) =>
        new() { ["tool"] = "run_command", ["arguments"] = new JsonObject { ["argv"] = new JsonArray(command, token) } };

    static JsonNode Step(string id, string[] after, JsonObject instruction) => new JsonObject
    {
        ["id"] = id,
        ["title"] = id,
        ["instruction"] = instruction.ToJsonString(),
        ["depends_on"] = new JsonArray([.. after.Select(step => (JsonNode)step)]),
        ["tools"] = instruction["tool"] is { } tool ? new JsonArray((string)tool!) : [],
        ["effect"] = "irreversible",
    };

    static string Goal(string asked) => Line(asked, "GOAL: ");

    static string Line(string text, string mark)
    {
        var from = text.IndexOf(mark, StringComparison.Ordinal) + mark.Length;
        return text[from..text.IndexOf('\n', from)].Trim();
    }

    static string Text(JsonElement message) => !message.TryGetProperty("content", out var content) ? ""
        : content.ValueKind == JsonValueKind.Array ? string.Concat(content.EnumerateArray().Select(part => part.GetProperty("text").GetString()))
        : content.GetString() ?? "";

    [GeneratedRegex(@"\[(?<id>[a-z]+\.\d+#\d+)\]", RegexOptions.None, 1000)]
    private static partial Regex CallIds();
}
