using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Agent.RedisTransport.Transport;
using MassTransit;

namespace Agent.RedisTransport.Queues;

/// <summary>A message as it is stored: version (1 byte), sent at and expires at (Unix milliseconds, 8 bytes each, 0 = never), length of the headers (4 bytes), headers (JSON), body.</summary>
sealed class Envelope
{
    const byte Version = 1;
    const int Fixed = 1 + 8 + 8 + 4;

    readonly ReadOnlyMemory<byte> _stored;
    Dictionary<string, object>? _headers;

    Envelope(ReadOnlyMemory<byte> stored) => _stored = stored;

    public DateTimeOffset SentAt => DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(_stored.Span[1..]));

    public DateTimeOffset? ExpiresAt =>
        BinaryPrimitives.ReadInt64LittleEndian(_stored.Span[9..]) is not 0 and var at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    public Dictionary<string, object> Headers => _headers ??= ReadHeaders();

    public ReadOnlyMemory<byte> Body => _stored[(Fixed + HeaderLength)..];

    public ReadOnlyMemory<byte> Stored => _stored;

    int HeaderLength => BinaryPrimitives.ReadInt32LittleEndian(_stored.Span[17..]);

    public static Envelope Create(IEnumerable<KeyValuePair<string, object>> headers, ReadOnlySpan<byte> body, DateTimeOffset sentAt, DateTimeOffset? expiresAt)
    {
        var json = new ArrayBufferWriter<byte>(512);
        WriteHeaders(json, headers);
        var stored = new byte[Fixed + json.WrittenCount + body.Length];
        stored[0] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(stored.AsSpan(1), sentAt.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64LittleEndian(stored.AsSpan(9), expiresAt?.ToUnixTimeMilliseconds() ?? 0);
        BinaryPrimitives.WriteInt32LittleEndian(stored.AsSpan(17), json.WrittenCount);
        json.WrittenSpan.CopyTo(stored.AsSpan(Fixed));
        body.CopyTo(stored.AsSpan(Fixed + json.WrittenCount));
        return new Envelope(stored);
    }

    /// <exception cref="FormatException">The bytes were not written by this transport, or by a newer one.</exception>
    public static Envelope Read(ReadOnlyMemory<byte> stored)
    {
        if (stored.Length < Fixed || stored.Span[0] != Version)
        {
            throw new FormatException(stored.Length == 0 || stored.Span[0] == Version
                ? "A stored message is cut short."
                : $"A stored message has format {stored.Span[0]}; this transport reads format {Version}.");
        }

        var envelope = new Envelope(stored);
        return envelope.HeaderLength >= 0 && envelope.HeaderLength <= stored.Length - Fixed
            ? envelope
            : throw new FormatException("A stored message is cut short.");
    }

    /// <summary>What is stored, or, when it can not be read, an envelope around its bytes that says why.</summary>
    public static Envelope ReadOrWrap(ReadOnlyMemory<byte> stored, DateTimeOffset now)
    {
        try
        {
            return Read(stored);
        }
        catch (FormatException error)
        {
            return Wrap(stored, error.Message, now);
        }
    }

    /// <summary>An envelope around bytes that can not be read, with the reason as its fault.</summary>
    public static Envelope Wrap(ReadOnlyMemory<byte> unreadable, string reason, DateTimeOffset now) =>
        Create(
            [
                new(MessageHeaders.ContentType, "application/octet-stream"),
                new(MessageHeaders.Reason, "unreadable"),
                new(MessageHeaders.FaultExceptionType, typeof(FormatException).FullName!),
                new(MessageHeaders.FaultMessage, reason),
                new(TransportHeaders.Unreadable, true),
            ],
            unreadable.Span,
            now,
            expiresAt: null);

    /// <summary>The bytes as they were before <see cref="Wrap"/>; null when this is a message of its own.</summary>
    public byte[]? Wrapped => Headers.ContainsKey(TransportHeaders.Unreadable) ? Body.ToArray() : null;

    static void WriteHeaders(ArrayBufferWriter<byte> buffer, IEnumerable<KeyValuePair<string, object>> headers)
    {
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        writer.WriteStartObject();
        foreach (var (name, value) in headers)
        {
            writer.WritePropertyName(name);
            switch (value)
            {
                case string text:
                    writer.WriteStringValue(text);
                    break;
                case bool flag:
                    writer.WriteBooleanValue(flag);
                    break;
                case int or long or short or byte:
                    writer.WriteNumberValue(Convert.ToInt64(value));
                    break;
                case double number:
                    writer.WriteNumberValue(number);
                    break;
                case DateTime time:
                    writer.WriteStringValue(time.ToString("O"));
                    break;
                case DateTimeOffset time:
                    writer.WriteStringValue(time.ToString("O"));
                    break;
                default:
                    writer.WriteStringValue(value.ToString());
                    break;
            }
        }

        writer.WriteEndObject();
    }

    Dictionary<string, object> ReadHeaders()
    {
        var headers = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        var reader = new Utf8JsonReader(_stored.Span.Slice(Fixed, HeaderLength));
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            headers[name] = reader.TokenType switch
            {
                JsonTokenType.True => true,
                JsonTokenType.False => false,
                JsonTokenType.Number => reader.TryGetInt64(out var number) ? number : reader.GetDouble(),
                _ => reader.GetString() ?? "",
            };
        }

        return headers;
    }
}
