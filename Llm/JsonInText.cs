using System.Text;
using System.Text.Json;

namespace Agent.Llm;

/// <summary>Finds the JSON object in a model's reply, which may be wrapped in prose or a fence, or stand among others.</summary>
public static class JsonInText
{
    const int MostStarts = 200;

    /// <param name="members">The object must have one of these; an empty list takes the first object.</param>
    public static JsonElement? FirstObject(string text, params IReadOnlyList<string> members)
    {
        var starts = 0;
        for (var start = text.IndexOf('{', StringComparison.Ordinal); start >= 0 && starts < MostStarts; start = text.IndexOf('{', start + 1))
        {
            starts++;
            if (TryRead(text, start) is { } json && (members.Count == 0 || members.Any(member => json.TryGetProperty(member, out _))))
            {
                return json;
            }
        }

        return null;
    }

    static JsonElement? TryRead(string text, int start)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text[start..]), new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            return JsonElement.ParseValue(ref reader);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
