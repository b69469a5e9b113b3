using System.Text.Json;

namespace Agent.Journal.Storage;

/// <summary>What stands around an entry's event, and where the event's JSON lies.</summary>
readonly record struct Envelope(string Actor, DateTimeOffset At, Range Data, Guid RunId, long Sequence, string Type, int Version)
{
    /// <exception cref="JournalFormatException">Not an entry.</exception>
    public static Envelope Read(ReadOnlySpan<byte> canonical)
    {
        try
        {
            var reader = new Utf8JsonReader(canonical);
            Expect(ref reader, JsonTokenType.StartObject);
            Name(ref reader, "actor"u8);
            var actor = reader.GetString()!;
            Name(ref reader, "at"u8);
            var at = reader.GetDateTimeOffset();
            Name(ref reader, "data"u8);
            var from = (int)reader.TokenStartIndex;
            reader.Skip();
            var data = from..(int)reader.BytesConsumed;
            Name(ref reader, "run"u8);
            var run = reader.GetGuid();
            Name(ref reader, "seq"u8);
            var sequence = reader.GetInt64();
            Name(ref reader, "type"u8);
            var type = reader.GetString()!;
            Name(ref reader, "v"u8);
            var version = reader.GetInt32();
            Expect(ref reader, JsonTokenType.EndObject);
            return new Envelope(actor, at, data, run, sequence, type, version);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            throw new JournalFormatException($"Not a journal entry: {exception.Message}", exception);
        }
    }

    static void Name(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        Expect(ref reader, JsonTokenType.PropertyName);
        if (!reader.ValueTextEquals(name))
        {
            throw new FormatException($"member `{reader.GetString()}` stands where `{System.Text.Encoding.UTF8.GetString(name)}` is expected.");
        }

        reader.Read();
    }

    static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw new FormatException($"{type} is missing.");
        }
    }
}
