using System.Text;

namespace Agent.Resp.Tests;

public class RespParserTests
{
    [Theory]
    [InlineData("+OK\r\n", "OK")]
    [InlineData("-ERR no\r\n", "!ERR no")]
    [InlineData(":-12\r\n", "-12")]
    [InlineData("$3\r\nabcd\r\n", null)]
    [InlineData("$5\r\nhello\r\n", "hello")]
    [InlineData("$0\r\n\r\n", "")]
    [InlineData("$-1\r\n", "null")]
    [InlineData("*-1\r\n", "null")]
    [InlineData("_\r\n", "null")]
    [InlineData("*0\r\n", "[]")]
    [InlineData("*2\r\n$1\r\na\r\n*2\r\n:1\r\n$-1\r\n", "[a,[1,null]]")]
    [InlineData("%1\r\n+a\r\n:1\r\n", "[a,1]")]
    [InlineData("~2\r\n:1\r\n:2\r\n", "[1,2]")]
    [InlineData("#t\r\n", "1")]
    [InlineData(",3.25\r\n", "3.25")]
    [InlineData("=7\r\ntxt:abc\r\n", "abc")]
    [InlineData("!5\r\nERR x\r\n", "!ERR x")]
    [InlineData("|1\r\n+ttl\r\n:9\r\n+OK\r\n", "OK")]
    public void TryRead_InOnePieceAndByteByByte_GivesTheSame(string text, string? expected)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (expected is null)
        {
            Should.Throw<RespProtocolException>(() => All(bytes, 1));
            return;
        }

        All(bytes, bytes.Length).ShouldBe([expected]);
        All(bytes, 1).ShouldBe([expected]);
        All([.. bytes, .. bytes], 3).ShouldBe([expected, expected]);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("\r\n")]
    [InlineData("$abc\r\n")]
    [InlineData("$-7\r\n")]
    [InlineData("$99999999999\r\n")]
    [InlineData("*99999999999\r\n")]
    [InlineData(":\r\n")]
    [InlineData("+no carriage return\n")]
    public void TryRead_NotRedis_IsAProtocolError(string text) =>
        Should.Throw<RespProtocolException>(() => All(Encoding.UTF8.GetBytes(text), text.Length));

    [Fact]
    public void TryRead_NestedWithoutEnd_IsAProtocolError() =>
        Should.Throw<RespProtocolException>(() => All(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("*1\r\n", 100))), 7));

    [Fact]
    public void TryRead_HugeSizesAnnounced_TakeNoMemoryBeforeTheBytesCome()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        All(Encoding.UTF8.GetBytes("*60000000\r\n$500000000\r\nabc"), 64).ShouldBeEmpty();

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1_000_000);
    }

    [Fact]
    public void TryRead_AnyBytes_GiveValuesAProtocolErrorOrAWait()
    {
        // Random bytes of the protocol's own alphabet get deeper than any bytes would; one seed in the message repeats a failure.
        var alphabet = "+-:$*%~>|_#,(!=0123456789\r\n\r\n\r\nabt"u8.ToArray();
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var bytes = new byte[random.Next(1, 64)];
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = random.Next(20) == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
            }

            var whole = Outcome(bytes, bytes.Length);
            var pieces = Outcome(bytes, random.Next(1, 5));

            pieces.ShouldBe(whole, $"seed {seed}");
        }
    }

    [Fact]
    public void TryRead_WhatAWriterWrote_ComesBack()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var body = new byte[random.Next(0, 200_000 / (seed + 1))];
            random.NextBytes(body);
            var writer = new RespWriter();
            writer.Command(RespCommand.Of("SET", "schlüssel", seed, body));

            var parser = new RespParser();
            ReadOnlySpan<byte> input = writer.Written.Span;
            parser.TryRead(ref input, out var value).ShouldBeTrue();

            var parts = value.AsArray();
            parts[0].AsString().ShouldBe("SET");
            parts[1].AsString().ShouldBe("schlüssel");
            parts[2].AsInt64().ShouldBe(seed);
            parts[3].AsBytes().ShouldBe(body);
        }
    }

    static string Outcome(byte[] bytes, int portion)
    {
        try
        {
            return string.Join(';', All(bytes, portion));
        }
        catch (RespProtocolException error)
        {
            return error.Message;
        }
    }

    static List<string> All(byte[] bytes, int portion)
    {
        var parser = new RespParser();
        var values = new List<string>();
        for (var at = 0; at < bytes.Length; at += portion)
        {
            ReadOnlySpan<byte> input = bytes.AsSpan(at, Math.Min(portion, bytes.Length - at));
            while (parser.TryRead(ref input, out var value))
            {
                values.Add(Show(value));
            }

            input.Length.ShouldBe(0);
        }

        return values;
    }

    static string Show(RespValue value) => value.Kind switch
    {
        RespKind.Null => "null",
        RespKind.Array => $"[{string.Join(',', value.AsArray().Select(Show))}]",
        RespKind.Error => $"!{value.AsString()}",
        _ => value.AsString()!,
    };
}
