using System.Text;
using System.Text.Json;

namespace Agent.Cli.Output;

/// <summary>A run's journal, a line an entry: sequence, time, type, who, and the entry's own words.</summary>
static class JournalText
{
    const int Width = 220;

    public static string Of(JsonElement entries)
    {
        var text = new StringBuilder();
        foreach (var entry in entries.EnumerateArray())
        {
            var at = entry.GetProperty("at").GetDateTimeOffset();
            text.AppendLine($"{entry.GetProperty("seq").GetInt64(),4}  {at:HH:mm:ss.fff}  {entry.GetProperty("type").GetString(),-18}  {entry.GetProperty("actor").GetString(),-20}  {Columns.Shorten(Words(entry.GetProperty("data")), Width)}");
        }

        return text.ToString();
    }

    static string Words(JsonElement data) => string.Join("  ", data.EnumerateObject().Select(property => $"{property.Name}={Value(property.Value)}"));

    static string Value(JsonElement value) => value.ValueKind == JsonValueKind.String ? Columns.Shorten(value.GetString()!, 120) : Columns.Shorten(value.GetRawText(), 120);
}
