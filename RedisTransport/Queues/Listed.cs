using System.Text;
using Agent.Resp;

namespace Agent.RedisTransport.Queues;

/// <summary>A message as it stands on a list: its name (<see cref="Entry"/>), and behind a line feed the message itself: <c>k3f9x-1c*2⏎…</c>. A large one, or one that
/// was delayed, is only named there and lies in the hash of bodies under that name.</summary>
sealed class Listed
{
    /// <summary>The largest message that travels with its name, in bytes. It goes over the wire once more when it is acknowledged, so a large one had better not.</summary>
    public const int Largest = 4096;

    const byte Separator = (byte)'\n';

    Listed(string name, ReadOnlyMemory<byte> bytes, ReadOnlyMemory<byte>? message)
    {
        Name = name;
        Bytes = bytes;
        Message = message;
    }

    public string Name { get; }

    /// <summary>What is on the list.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The message; null when it lies in the hash.</summary>
    public ReadOnlyMemory<byte>? Message { get; }

    /// <summary>Only the name.</summary>
    public static Listed Named(string name) => new(name, Encoding.ASCII.GetBytes(name), null);

    /// <summary>With its message, unless that is too large.</summary>
    public static Listed Of(string name, ReadOnlyMemory<byte> message)
    {
        if (message.Length > Largest)
        {
            return Named(name);
        }

        var length = Encoding.ASCII.GetByteCount(name);
        var bytes = new byte[length + 1 + message.Length];
        Encoding.ASCII.GetBytes(name, bytes);
        bytes[length] = Separator;
        message.Span.CopyTo(bytes.AsSpan(length + 1));
        return new Listed(name, bytes, bytes.AsMemory(length + 1));
    }

    public static Listed Read(byte[] bytes)
    {
        var end = bytes.AsSpan().IndexOf(Separator);
        return end < 0
            ? new Listed(Encoding.ASCII.GetString(bytes), bytes, null)
            : new Listed(Encoding.ASCII.GetString(bytes, 0, end), bytes, bytes.AsMemory(end + 1));
    }

    public static IEnumerable<Listed> ReadAll(RespValue list) => list.AsArray().Select(item => Read(item.AsBytes()!));
}
