using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Agent.Contracts;

namespace Agent.Journal.Storage;

/// <summary>One entry: 64 hex digits of hash, then the canonical JSON it covers. How it lies in the store: <see cref="StoredForm"/>.</summary>
/// <example><c>9f86…0a08{"actor":"door","at":"2026-01-01T10:00:00.0000000Z","data":{…},"run":"0199…","seq":1,"type":"RunSubmitted","v":1}</c></example>
static class EntryCodec
{
    public const int HashLength = 64;

    const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    /// <summary>The entry of an event that follows <paramref name="previousHash"/>.</summary>
    public static byte[] Encode(Guid runId, long sequence, string previousHash, DateTimeOffset at, string actor, IRunEvent runEvent)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        buffer.Advance(Encoding.ASCII.GetBytes(previousHash, buffer.GetSpan(HashLength)));
        using (var writer = CanonicalJson.Writer(buffer))
        {
            var type = RunEventTypes.NameOf(runEvent);
            writer.WriteStartObject();
            writer.WriteString("actor"u8, actor);
            writer.WriteString("at"u8, at.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
            writer.WritePropertyName("data"u8);
            JsonSerializer.Serialize(writer, runEvent, runEvent.GetType(), CanonicalJson.Options);
            writer.WriteString("run"u8, runId);
            writer.WriteNumber("seq"u8, sequence);
            writer.WriteString("type"u8, type);
            writer.WriteNumber("v"u8, EventVersions.Known.Current(type));
            writer.WriteEndObject();
        }

        // The previous hash stood where the entry's own goes: it is hashed with the JSON, then replaced.
        var stored = buffer.WrittenSpan.ToArray();
        WriteHash(stored, stored);
        return stored;
    }

    /// <summary>Whether the bytes have an entry's form at all: what is cut off in the store, or lies there in a form nobody here knows, has not.</summary>
    public static bool IsEntry(ReadOnlySpan<byte> stored) => stored.Length > HashLength && char.IsAsciiHexDigit((char)stored[0]);

    /// <exception cref="JournalFormatException">The bytes are not an entry.</exception>
    public static string HashOf(ReadOnlySpan<byte> stored) => Encoding.ASCII.GetString(Whole(stored)[..HashLength]);

    /// <exception cref="JournalFormatException">The bytes are not an entry.</exception>
    public static Envelope EnvelopeOf(ReadOnlySpan<byte> stored) => Envelope.Read(Whole(stored)[HashLength..]);

    /// <summary>Whether a stored entry is a <see cref="RunEnded"/>: told from its last bytes, without reading it.</summary>
    public static bool EndsRun(ReadOnlySpan<byte> stored) => stored[Math.Max(0, stored.Length - 32)..].IndexOf(",\"type\":\"RunEnded\",\"v\":"u8) >= 0;

    /// <summary>Whether the stored hash is the one its content and predecessor give.</summary>
    public static bool Follows(ReadOnlySpan<byte> stored, string previousHash)
    {
        if (!IsEntry(stored))
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[HashLength];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> previous = stackalloc byte[HashLength];
        Encoding.ASCII.GetBytes(previousHash, previous);
        hash.AppendData(previous);
        hash.AppendData(stored[HashLength..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        Convert.TryToHexStringLower(digest, expected, out _);
        return stored[..HashLength].SequenceEqual(expected);
    }

    /// <summary>Reads a stored entry. Says nothing about the chain: <see cref="Follows"/>.</summary>
    /// <exception cref="JournalFormatException">The bytes are not an entry, or of a version this program does not know.</exception>
    public static JournalEntry Decode(ReadOnlyMemory<byte> stored, string previousHash)
    {
        var envelope = EnvelopeOf(stored.Span);
        var canonical = stored[HashLength..];
        var runEvent = EventVersions.Known.Read(envelope.Type, envelope.Version, canonical.Span[envelope.Data]);
        return new JournalEntry(envelope.RunId, envelope.Sequence, HashOf(stored.Span), previousHash, envelope.At, envelope.Actor, envelope.Type, envelope.Version, runEvent, canonical);
    }

    static ReadOnlySpan<byte> Whole(ReadOnlySpan<byte> stored) => IsEntry(stored)
        ? stored
        : throw new JournalFormatException("An entry is cut off, or in a form this program does not know. `agent audit verify` names it; if a newer program wrote it, upgrade this service.");

    static void WriteHash(Span<byte> target, ReadOnlySpan<byte> hashed)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(hashed, digest);
        Convert.TryToHexStringLower(digest, target[..HashLength], out _);
    }
}
