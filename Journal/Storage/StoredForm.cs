using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Unicode;

namespace Agent.Journal.Storage;

/// <summary>How an entry lies under its key: most events are smaller than what stands around them, so that is packed, and what the key says (run and sequence) left out.
/// Only who writes and reads keys knows of it (docs/decisions/0016-entries-are-packed.md). An older program's entries lie there as they are, and are read so.</summary>
/// <example><c>01 · hash, 32 bytes · UTC ticks, 8 bytes · length, actor as the JSON has it · length, type · version · {…data…}</c></example>
static class StoredForm
{
    /// <summary>No hex digit: an entry that is not packed begins with one.</summary>
    const byte Packed = 1;

    const int HashAt = 1;
    const int TimeAt = HashAt + SHA256.HashSizeInBytes;
    const int ActorAt = TimeAt + sizeof(long);

    static readonly int TimeLength = "2026-01-01T10:00:00.0000000Z".Length;

    /// <summary>An entry without what differs in length.</summary>
    static readonly int Frame = EntryCodec.HashLength
        + """{"actor":"","at":"2026-01-01T10:00:00.0000000Z","data":,"run":"01900000-0000-7000-8000-000000000001","seq":,"type":"","v":}""".Length;

    /// <summary>What to store for an entry; the entry itself if it would not come back byte for byte, or not under this key.</summary>
    public static byte[] Pack(Guid runId, long sequence, byte[] entry) =>
        TryPack(entry) is { } packed && Unpack(runId, sequence, packed).AsSpan().SequenceEqual(entry) ? packed : entry;

    /// <summary>The entry under a key. What is no packed entry comes back as it is, and is for the reader to judge: <see cref="EntryCodec.IsEntry"/>.</summary>
    public static byte[] Unpack(Guid runId, long sequence, byte[] stored)
    {
        if (stored.Length < ActorAt || stored[0] != Packed)
        {
            return stored;
        }

        var ticks = BinaryPrimitives.ReadInt64BigEndian(stored.AsSpan(TimeAt));
        ReadOnlySpan<byte> rest = stored.AsSpan(ActorAt);
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks || !TryTake(ref rest, out var actor) || !TryTake(ref rest, out var type) || rest.IsEmpty)
        {
            return stored;
        }

        var at = new DateTime(ticks, DateTimeKind.Utc);
        var data = rest[1..];
        var number = Digits(sequence, stackalloc byte[20]);
        var version = Digits(rest[0], stackalloc byte[3]);
        var entry = new byte[Frame + actor.Length + data.Length + number.Length + type.Length + version.Length];
        Convert.TryToHexStringLower(stored.AsSpan(HashAt, SHA256.HashSizeInBytes), entry, out _);
        Utf8.TryWrite(
            entry.AsSpan(EntryCodec.HashLength),
            CultureInfo.InvariantCulture,
            $$"""{"actor":"{{actor}}","at":"{{at:O}}","data":{{data}},"run":"{{runId}}","seq":{{number}},"type":"{{type}}","v":{{version}}}""",
            out _);
        return entry;
    }

    /// <summary>Null: it can not be packed. Of bytes that are no entry it may pack anything, so the caller compares.</summary>
    static byte[]? TryPack(ReadOnlySpan<byte> entry)
    {
        if (entry.Length < Frame)
        {
            return null;
        }

        // From both ends: what lies between is data and may hold anything. The quotes within an actor are escaped.
        var json = entry[EntryCodec.HashLength..];
        var actorAt = "{\"actor\":\"".Length;
        var actorEnd = json.IndexOf("\",\"at\":\""u8);
        var timeAt = actorEnd + "\",\"at\":\"".Length;
        var dataAt = timeAt + TimeLength + "\",\"data\":".Length;
        var dataEnd = json.LastIndexOf(",\"run\":\""u8);
        var typeAt = json.LastIndexOf(",\"type\":\""u8) + ",\"type\":\"".Length;
        var typeEnd = json.LastIndexOf("\",\"v\":"u8);
        if (actorEnd < actorAt || dataEnd < dataAt || typeAt < dataEnd || typeEnd < typeAt
            || actorEnd - actorAt > byte.MaxValue || typeEnd - typeAt > byte.MaxValue
            || !Utf8Parser.TryParse(json.Slice(timeAt, TimeLength), out DateTime at, out _, 'O')
            || !Utf8Parser.TryParse(json[(typeEnd + "\",\"v\":".Length)..], out byte version, out _))
        {
            return null;
        }

        var (actor, type, data) = (actorEnd - actorAt, typeEnd - typeAt, dataEnd - dataAt);
        var packed = new byte[ActorAt + 1 + actor + 1 + type + 1 + data];
        packed[0] = Packed;
        if (Convert.FromHexString(entry[..EntryCodec.HashLength], packed.AsSpan(HashAt, SHA256.HashSizeInBytes), out _, out _) != OperationStatus.Done)
        {
            return null;
        }

        BinaryPrimitives.WriteInt64BigEndian(packed.AsSpan(TimeAt), at.Ticks);
        var rest = Put(packed.AsSpan(ActorAt), json.Slice(actorAt, actor));
        rest = Put(rest, json.Slice(typeAt, type));
        rest[0] = version;
        json.Slice(dataAt, data).CopyTo(rest[1..]);
        return packed;
    }

    /// <returns>What is behind it.</returns>
    static Span<byte> Put(Span<byte> target, ReadOnlySpan<byte> part)
    {
        target[0] = (byte)part.Length;
        part.CopyTo(target[1..]);
        return target[(1 + part.Length)..];
    }

    static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> part)
    {
        part = default;
        if (rest.IsEmpty || rest.Length <= rest[0])
        {
            return false;
        }

        part = rest.Slice(1, rest[0]);
        rest = rest[(1 + part.Length)..];
        return true;
    }

    static ReadOnlySpan<byte> Digits(long number, Span<byte> space)
    {
        number.TryFormat(space, out var length, provider: CultureInfo.InvariantCulture);
        return space[..length];
    }
}
