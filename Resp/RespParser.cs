using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Agent.Resp;

/// <summary>Reads RESP2 and RESP3 replies from bytes as they arrive, in any portions: <c>*2\r\n$1\r\na\r\n:1\r\n</c>.
/// Any bytes give a value, a wait for more or a <see cref="RespProtocolException"/>; memory grows with what arrived, not with what was announced.</summary>
sealed class RespParser
{
    const int MaxLine = 64 * 1024;
    const int MaxBulk = 512 * 1024 * 1024;
    const int MaxElements = 64 * 1024 * 1024;
    const int MaxDepth = 64;

    // Announced sizes above this are believed only as the bytes come in.
    const int Trusted = 64 * 1024;

    readonly Stack<Aggregate> _open = new();
    byte[] _line = new byte[128];
    int _lineLength;
    byte[]? _bulk;
    int _bulkFilled;
    int _bulkLength;
    byte _bulkKind;

    enum Step
    {
        Value,
        More,
    }

    /// <summary>Whether the last value was an out-of-band push (RESP3), which answers no command.</summary>
    public bool WasPush { get; private set; }

    /// <summary>Takes from <paramref name="input"/>; true when a whole value was read. When false, all input was taken.</summary>
    public bool TryRead(ref ReadOnlySpan<byte> input, out RespValue value)
    {
        while (true)
        {
            if (_bulk is not null)
            {
                if (!FillBulk(ref input, out value))
                {
                    return false;
                }
            }
            else if (!ReadLine(ref input, out var line))
            {
                value = default;
                return false;
            }
            else if (Interpret(line, out value) == Step.More)
            {
                continue;
            }

            if (Deliver(ref value))
            {
                return true;
            }
        }
    }

    bool Deliver(ref RespValue value)
    {
        while (_open.TryPeek(out var aggregate))
        {
            aggregate.Add(value);
            if (!aggregate.IsFull)
            {
                return false;
            }

            _open.Pop();
            if (aggregate.Kind == '|')
            {
                return false;
            }

            WasPush = aggregate.Kind == '>';
            value = RespValue.Array(aggregate.Finish());
            if (_open.Count == 0)
            {
                return true;
            }
        }

        WasPush = false;
        return true;
    }

    Step Interpret(ReadOnlySpan<byte> line, out RespValue value)
    {
        if (line.IsEmpty)
        {
            throw new RespProtocolException("an empty line where a reply should begin");
        }

        var rest = line[1..];
        value = default;
        switch (line[0])
        {
            case (byte)'+':
                value = rest.SequenceEqual("OK"u8) ? Ok : rest.SequenceEqual("QUEUED"u8) ? Queued : RespValue.Text(Encoding.UTF8.GetString(rest));
                return Step.Value;
            case (byte)'-':
                value = RespValue.Error(Encoding.UTF8.GetString(rest));
                return Step.Value;
            case (byte)':':
                value = RespValue.Integer(Number(rest));
                return Step.Value;
            case (byte)'_' when rest.IsEmpty:
                return Step.Value;
            case (byte)'#' when rest.Length == 1 && rest[0] is (byte)'t' or (byte)'f':
                value = RespValue.Integer(rest[0] == 't' ? 1 : 0);
                return Step.Value;
            case (byte)',' or (byte)'(':
                value = RespValue.Text(Encoding.UTF8.GetString(rest));
                return Step.Value;
            case (byte)'$' or (byte)'!' or (byte)'=':
                return OpenBulk(line[0], Number(rest));
            case (byte)'*' or (byte)'%' or (byte)'~' or (byte)'>' or (byte)'|':
                return OpenAggregate(line[0], Number(rest), out value);
            default:
                throw new RespProtocolException($"a reply that begins with {Shown(line[0])}");
        }
    }

    static readonly RespValue Ok = RespValue.Text("OK");
    static readonly RespValue Queued = RespValue.Text("QUEUED");

    Step OpenBulk(byte kind, long length)
    {
        if (length == -1)
        {
            return Step.Value;
        }

        if (length is < 0 or > MaxBulk)
        {
            throw new RespProtocolException($"a text of {length} bytes");
        }

        _bulkKind = kind;
        _bulkLength = (int)length;
        _bulkFilled = 0;
        _bulk = new byte[Math.Min(_bulkLength, Trusted)];
        return Step.More;
    }

    Step OpenAggregate(byte kind, long count, out RespValue value)
    {
        value = default;
        if (count == -1)
        {
            return Step.Value;
        }

        var elements = kind is (byte)'%' or (byte)'|' ? count * 2 : count;
        if (count < 0 || elements is < 0 or > MaxElements)
        {
            throw new RespProtocolException($"an array of {count} elements");
        }

        if (_open.Count == MaxDepth)
        {
            throw new RespProtocolException($"arrays nested deeper than {MaxDepth}");
        }

        if (elements == 0)
        {
            if (kind == '|')
            {
                return Step.More;
            }

            value = RespValue.Array([]);
            return Step.Value;
        }

        _open.Push(new Aggregate(kind, (int)elements));
        return Step.More;
    }

    bool FillBulk(ref ReadOnlySpan<byte> input, out RespValue value)
    {
        var take = Math.Min(_bulkLength - _bulkFilled, input.Length);
        if (take > 0)
        {
            if (_bulk!.Length < _bulkFilled + take)
            {
                System.Array.Resize(ref _bulk, (int)Math.Min(_bulkLength, Math.Max((long)_bulk.Length * 2, _bulkFilled + take)));
            }

            input[..take].CopyTo(_bulk.AsSpan(_bulkFilled));
            _bulkFilled += take;
            input = input[take..];
        }

        value = default;
        if (_bulkFilled < _bulkLength || !ReadLine(ref input, out var end))
        {
            return false;
        }

        if (!end.IsEmpty)
        {
            throw new RespProtocolException("a text longer than announced");
        }

        var bytes = _bulk!;
        _bulk = null;
        value = _bulkKind switch
        {
            (byte)'!' => RespValue.Error(Encoding.UTF8.GetString(bytes)),
            (byte)'=' when bytes.Length >= 4 => RespValue.Bytes(bytes[4..]),
            _ => RespValue.Bytes(bytes),
        };
        return true;
    }

    bool ReadLine(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> line)
    {
        var feed = input.IndexOf((byte)'\n');
        var part = feed < 0 ? input : input[..(feed + 1)];
        if (_lineLength + part.Length > MaxLine)
        {
            throw new RespProtocolException($"a line longer than {MaxLine} bytes (it begins {Begin(_lineLength > 0 ? _line.AsSpan(0, _lineLength) : part)})");
        }

        input = input[part.Length..];
        if (feed >= 0 && _lineLength == 0)
        {
            line = WithoutEnd(part);
            return true;
        }

        if (_line.Length < _lineLength + part.Length)
        {
            System.Array.Resize(ref _line, Math.Max(_line.Length * 2, _lineLength + part.Length));
        }

        part.CopyTo(_line.AsSpan(_lineLength));
        _lineLength += part.Length;
        if (feed < 0)
        {
            line = default;
            return false;
        }

        line = WithoutEnd(_line.AsSpan(0, _lineLength));
        _lineLength = 0;
        return true;
    }

    static ReadOnlySpan<byte> WithoutEnd(ReadOnlySpan<byte> line) =>
        line.Length >= 2 && line[^2] == '\r' ? line[..^2] : throw new RespProtocolException("a line that does not end in CR LF");

    static long Number(ReadOnlySpan<byte> digits) =>
        Utf8Parser.TryParse(digits, out long number, out var used) && used == digits.Length && used > 0
            ? number
            : throw new RespProtocolException($"'{Encoding.UTF8.GetString(digits[..Math.Min(digits.Length, 32)])}' where a number should be");

    static string Begin(ReadOnlySpan<byte> line) => System.Text.Json.JsonSerializer.Serialize(Encoding.Latin1.GetString(line[..Math.Min(line.Length, 48)]));

    static string Shown(byte first) => first is > 32 and < 127 ? $"'{(char)first}'" : string.Create(CultureInfo.InvariantCulture, $"byte 0x{first:x2}");

    sealed class Aggregate(byte kind, int count)
    {
        RespValue[] _items = new RespValue[Math.Min(count, 1024)];
        int _filled;

        public byte Kind => kind;

        public bool IsFull => _filled == count;

        public void Add(in RespValue value)
        {
            if (_filled == _items.Length)
            {
                System.Array.Resize(ref _items, (int)Math.Min(count, (long)_items.Length * 2));
            }

            _items[_filled++] = value;
        }

        public RespValue[] Finish() => _items;
    }
}
