using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Offline.Skills;

/// <summary>One step's conversation as a skill sees it. A skill is written straight down and run again from its top on every turn:
/// <see cref="Ask"/> gives the n-th call's answer if the conversation has it, else notes the call as the next to make.</summary>
sealed class StepTalk
{
    readonly Dictionary<string, string> _answers = new(StringComparer.Ordinal);
    readonly List<FunctionCallContent> _pending = [];
    readonly Dictionary<string, string> _sections;
    int _asked;

    public StepTalk(IReadOnlyList<ChatMessage> messages)
    {
        _sections = ConversationText.Sections(messages);
        foreach (var result in messages.SelectMany(message => message.Contents).OfType<FunctionResultContent>())
        {
            _answers[result.CallId] = TextOf(result.Result);
        }
    }

    public string Goal => _sections.GetValueOrDefault("GOAL", "");

    public string Instruction => _sections.GetValueOrDefault("INSTRUCTION", "");

    public IReadOnlyList<FunctionCallContent> PendingCalls => _pending;

    /// <summary>Whether the skill has to stop here until its calls are answered.</summary>
    public bool IsWaiting => _pending.Count > 0;

    /// <summary>Answers of the steps this one depends on, in the order given.</summary>
    public IEnumerable<(string StepId, string Answer)> Results =>
        _sections.Where(section => section.Key.StartsWith("RESULT OF ", StringComparison.Ordinal))
            .Select(section => (section.Key["RESULT OF ".Length..], section.Value));

    /// <summary>The answer to this call; <see cref="ToolReply.None"/> while it is still to be made.</summary>
    public ToolReply Ask(string tool, params (string Name, object Value)[] arguments)
    {
        var callId = $"call_{++_asked}";
        if (_answers.TryGetValue(callId, out var answer))
        {
            return ToolReply.Read(answer);
        }

        _pending.Add(new FunctionCallContent(callId, tool, arguments.ToDictionary(argument => argument.Name, object? (argument) => argument.Value)));
        return ToolReply.None;
    }

    static string TextOf(object? result) => result switch
    {
        null => "",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString()!,
        TextContent content => content.Text,
        _ => result.ToString() ?? "",
    };
}
