using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Agent.Llm.OpenAi;

/// <summary>A model's tool call as text and as content. Weak models wrap arguments in a fence or in a second layer of quotes: what can be read is read, the rest is kept as it came (<see cref="AIContent.RawRepresentation"/>) and is an error the model is shown.</summary>
static class ToolArguments
{
    static readonly JsonSerializerOptions Compact = new(AIJsonUtilities.DefaultOptions) { WriteIndented = false };

    public static FunctionCallContent Read(string callId, string name, string arguments)
    {
        var text = arguments.Trim();
        if (text.Length == 0)
        {
            return new FunctionCallContent(callId, name, new Dictionary<string, object?>(StringComparer.Ordinal));
        }

        try
        {
            if (AsObject(text) is { } members)
            {
                return new FunctionCallContent(callId, name, members);
            }
        }
        catch (JsonException exception)
        {
            if (JsonInText.FirstObject(text) is { } found)
            {
                return new FunctionCallContent(callId, name, Members(found));
            }

            return Malformed(callId, name, text, exception);
        }

        return Malformed(callId, name, text, null);
    }

    /// <summary>Arguments as the API wants them back.</summary>
    public static string Write(FunctionCallContent call) => JsonSerializer.Serialize(call.Arguments ?? new Dictionary<string, object?>(StringComparer.Ordinal), Compact);

    /// <summary>A tool's result as the API wants it.</summary>
    public static string Text(FunctionResultContent result) => result.Result switch
    {
        null => "",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString()!,
        var other => JsonSerializer.Serialize(other, Compact),
    };

    static Dictionary<string, object?>? AsObject(string text)
    {
        var json = JsonDocument.Parse(text).RootElement;
        if (json.ValueKind == JsonValueKind.String)
        {
            json = JsonDocument.Parse(json.GetString()!).RootElement;
        }

        return json.ValueKind == JsonValueKind.Object ? Members(json) : null;
    }

    static Dictionary<string, object?> Members(JsonElement json)
    {
        var members = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            members[member.Name] = member.Value;
        }

        return members;
    }

    static FunctionCallContent Malformed(string callId, string name, string text, Exception? cause) => new(callId, name)
    {
        RawRepresentation = text,
        Exception = new FormatException($"The arguments of {name} are no JSON object: {(text.Length <= 200 ? text : text[..200] + "…")}", cause),
    };
}
