using System.Buffers.Text;
using System.Text;

namespace Agent.Resp;

/// <summary>Encodes commands into one growing buffer: <c>*2\r\n$3\r\nGET\r\n$1\r\na\r\n</c>.</summary>
sealed class RespWriter
{
    // A buffer blown up by one large body is let go again.
    const int Keep = 1 << 20;

    byte[] _buffer = new byte[16 * 1024];
    int _length;

    public bool IsEmpty => _length == 0;

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    public void Clear()
    {
        _length = 0;
        if (_buffer.Length > Keep)
        {
            _buffer = new byte[16 * 1024];
        }
    }

    public void Command(in RespCommand command)
    {
        Header((byte)'*', command.Arguments.Length + 1);
        Bulk(command.Name);
        foreach (ref readonly var argument in command.Arguments.Span)
        {
            argument.WriteTo(this);
        }
    }

    public void Bulk(ReadOnlySpan<byte> bytes)
    {
        Header((byte)'$', bytes.Length);
        bytes.CopyTo(Room(bytes.Length + 2));
        _length += bytes.Length;
        End();
    }

    public void Bulk(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Header((byte)'$', length);
        _length += Encoding.UTF8.GetBytes(text, Room(length + 2));
        End();
    }

    public void Bulk(long number)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out var count);
        Bulk(digits[..count]);
    }

    void Header(byte kind, int number)
    {
        var room = Room(16);
        room[0] = kind;
        Utf8Formatter.TryFormat(number, room[1..], out var count);
        _length += count + 1;
        End();
    }

    void End()
    {
        var room = Room(2);
        room[0] = (byte)'\r';
        room[1] = (byte)'\n';
        _length += 2;
    }

    Span<byte> Room(int size)
    {
        if (_buffer.Length - _length < size)
        {
            System.Array.Resize(ref _buffer, (int)Math.Min(System.Array.MaxLength, Math.Max((long)_buffer.Length * 2, (long)_length + size)));
        }

        return _buffer.AsSpan(_length);
    }
}
