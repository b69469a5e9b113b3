using System.Globalization;
using System.Text;

namespace Agent.Resp;

/// <summary>One command and its arguments; <c>RespCommand.Of("HSET", key, field, bytes)</c>.</summary>
public readonly record struct RespCommand(string Name, ReadOnlyMemory<RespArgument> Arguments)
{
    public static RespCommand Of(string name, params RespArgument[] arguments) => new(name, arguments);
}

/// <summary>One argument: text, a number or bytes. Text and numbers are encoded straight into the connection's buffer.</summary>
public readonly struct RespArgument : IEquatable<RespArgument>
{
    readonly string? _text;
    readonly long _number;
    readonly bool _isNumber;
    readonly ReadOnlyMemory<byte> _bytes;

    public RespArgument(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    RespArgument(string text) => _text = text;

    RespArgument(long number)
    {
        _number = number;
        _isNumber = true;
    }

    /// <summary>The argument as it travels.</summary>
    public ReadOnlyMemory<byte> Bytes =>
        _text is not null ? Encoding.UTF8.GetBytes(_text)
        : _isNumber ? Encoding.ASCII.GetBytes(_number.ToString(CultureInfo.InvariantCulture))
        : _bytes;

    public static implicit operator RespArgument(string text) => new(text);

    public static implicit operator RespArgument(long number) => new(number);

    public static implicit operator RespArgument(byte[] bytes) => new(bytes.AsMemory());

    public static implicit operator RespArgument(ReadOnlyMemory<byte> bytes) => new(bytes);

    public static bool operator ==(RespArgument left, RespArgument right) => left.Equals(right);

    public static bool operator !=(RespArgument left, RespArgument right) => !left.Equals(right);

    public bool Equals(RespArgument other) => Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override bool Equals(object? obj) => obj is RespArgument other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }

    public override string ToString() => _text ?? Encoding.UTF8.GetString(Bytes.Span);

    internal void WriteTo(RespWriter writer)
    {
        if (_text is not null)
        {
            writer.Bulk(_text);
        }
        else if (_isNumber)
        {
            writer.Bulk(_number);
        }
        else
        {
            writer.Bulk(_bytes.Span);
        }
    }
}
