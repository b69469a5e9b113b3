using System.Text;

namespace Agent.Resp.Clusters;

/// <summary>Which of a cluster's 16 384 slots a key belongs to: CRC16 (XMODEM) of the key, or of what stands in its first <c>{…}</c>.</summary>
static class HashSlot
{
    public const int Count = 16384;

    // No key, so every node will do; a published message reaches all of them.
    static readonly HashSet<string> Keyless = new(StringComparer.OrdinalIgnoreCase)
    {
        "ACL", "AUTH", "CLIENT", "CLUSTER", "COMMAND", "CONFIG", "DBSIZE", "ECHO", "FLUSHALL", "FLUSHDB", "INFO", "KEYS", "LASTSAVE", "PING", "PUBLISH", "RANDOMKEY", "ROLE", "SAVE", "SCAN", "SCRIPT", "TIME", "UNWATCH",
    };

    /// <summary>Null for a command that names no key.</summary>
    public static int? Of(in RespCommand command)
    {
        if (Keyless.Contains(command.Name))
        {
            return null;
        }

        // EVAL script count key …; all others begin with a key.
        var at = command.Name is "EVAL" or "EVALSHA" or "FCALL" ? 2 : 0;
        return command.Arguments.Length > at ? Of(command.Arguments.Span[at].Bytes.Span) : null;
    }

    public static int Of(string key) => Of(Encoding.UTF8.GetBytes(key));

    static int Of(ReadOnlySpan<byte> key)
    {
        var open = key.IndexOf((byte)'{');
        if (open >= 0 && key[(open + 1)..].IndexOf((byte)'}') is > 0 and var length)
        {
            key = key.Slice(open + 1, length);
        }

        var crc = 0;
        foreach (var one in key)
        {
            crc ^= one << 8;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            }
        }

        return (crc & 0xFFFF) % Count;
    }
}
