namespace Agent.Resp;

/// <summary>Kind of a reply.</summary>
public enum RespKind
{
    Null,
    Text,
    Integer,
    Bytes,
    Array,
    Error,
}

/// <summary>One reply. Errors at the top level are thrown by the connection; inside an array they are values of kind <see cref="RespKind.Error"/>.</summary>
public readonly struct RespValue
{
    readonly object? _value;
    readonly long _integer;

    RespValue(RespKind kind, object? value, long integer)
    {
        Kind = kind;
        _value = value;
        _integer = integer;
    }

    public RespKind Kind { get; }

    public bool IsNull => Kind == RespKind.Null;

    public static RespValue Null => default;

    public static RespValue Integer(long value) => new(RespKind.Integer, null, value);

    public static RespValue Text(string value) => new(RespKind.Text, value, 0);

    public static RespValue Bytes(byte[] value) => new(RespKind.Bytes, value, 0);

    public static RespValue Array(RespValue[] value) => new(RespKind.Array, value, 0);

    public static RespValue Error(string message) => new(RespKind.Error, message, 0);

    /// <summary>The bytes of a text or bulk reply; null for a null reply.</summary>
    public byte[]? AsBytes() => Kind switch
    {
        RespKind.Null => null,
        RespKind.Bytes => (byte[])_value!,
        RespKind.Text or RespKind.Error => System.Text.Encoding.UTF8.GetBytes((string)_value!),
        RespKind.Integer => System.Text.Encoding.ASCII.GetBytes(_integer.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        _ => throw new InvalidOperationException($"A reply of kind {Kind} has no bytes."),
    };

    /// <summary>The reply as text; null for a null reply.</summary>
    public string? AsString() => Kind switch
    {
        RespKind.Null => null,
        RespKind.Text or RespKind.Error => (string)_value!,
        _ => System.Text.Encoding.UTF8.GetString(AsBytes()!),
    };

    /// <summary>The reply as a number, also when the server wrote it as text.</summary>
    public long AsInt64() => Kind == RespKind.Integer ? _integer : long.Parse(AsString()!, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The elements of an array reply; empty for a null reply.</summary>
    public RespValue[] AsArray() => Kind == RespKind.Null ? [] : (RespValue[])_value!;
}
