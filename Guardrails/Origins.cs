using System.Text.Json;

namespace Agent.Guardrails;

/// <summary>Where the values of a call come from: what appears in tool output and nowhere in what people wrote was put there by a file, a page or an MCP server.</summary>
public static class Origins
{
    // Shorter values (`src`, `.`) appear everywhere and say nothing.
    const int Shortest = 6;

    /// <param name="trusted">What people wrote: the goal, operators' messages.</param>
    /// <param name="outputs">What earlier calls of the run returned.</param>
    /// <returns>Names of the arguments that hold such a value.</returns>
    public static IReadOnlyList<string> Untrusted(JsonElement arguments, IReadOnlyCollection<string> trusted, IReadOnlyCollection<string> outputs)
    {
        if (arguments.ValueKind != JsonValueKind.Object || outputs.Count == 0)
        {
            return [];
        }

        return [.. arguments.EnumerateObject().Where(argument => Texts(argument.Value).Any(IsForeign)).Select(argument => argument.Name)];

        bool IsForeign(string text) =>
            text.Length >= Shortest
            && !trusted.Any(source => source.Contains(text, StringComparison.OrdinalIgnoreCase))
            && outputs.Any(output => output.Contains(text, StringComparison.OrdinalIgnoreCase));
    }

    static IEnumerable<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Texts),
        JsonValueKind.Object => value.EnumerateObject().SelectMany(member => Texts(member.Value)),
        _ => [],
    };
}
