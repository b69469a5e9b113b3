using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Agent.Executor.Service.Sandbox;

/// <summary>What the launcher is to do. It comes before the command's input, on the same stream: length, then fields that each end with a NUL – the launcher must be quick, and reading JSON is not.</summary>
sealed record LaunchOrders(
    IReadOnlyList<string> Argv, IReadOnlyDictionary<string, string> Environment, string Directory, IReadOnlyList<string> Readable, IReadOnlyList<string> Writable, bool HasNetwork, int MaxProcesses, int MaxOpenFiles, long MaxFileBytes)
{
    const int Longest = 16 * 1024 * 1024;

    public byte[] ToBytes()
    {
        var text = new StringBuilder();
        Add(text, Argv);
        Add(text, [.. Environment.SelectMany(variable => new[] { variable.Key, variable.Value })]);
        Add(text, Readable);
        Add(text, Writable);
        Add(text, [Directory, HasNetwork ? "1" : "0", Number(MaxProcesses), Number(MaxOpenFiles), Number(MaxFileBytes)]);
        var body = Encoding.UTF8.GetBytes(text.ToString());
        var whole = new byte[sizeof(int) + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(whole, body.Length);
        body.CopyTo(whole, sizeof(int));
        return whole;
    }

    /// <summary>Reads the orders and not a byte more: what follows is the command's.</summary>
    /// <returns>Null at the end of the stream: whoever started the launcher is gone, or has no use for it.</returns>
    public static LaunchOrders? Read(Stream stream)
    {
        var length = new byte[sizeof(int)];
        if (stream.ReadAtLeast(length, length.Length, throwOnEndOfStream: false) < length.Length || BinaryPrimitives.ReadInt32LittleEndian(length) is not (>= 0 and <= Longest and var size))
        {
            return null;
        }

        var body = new byte[size];
        stream.ReadExactly(body);
        var fields = Encoding.UTF8.GetString(body).Split('\0');
        var at = 0;
        var argv = Take(fields, ref at);
        var environment = Take(fields, ref at);
        var (readable, writable, rest) = (Take(fields, ref at), Take(fields, ref at), Take(fields, ref at));
        var variables = new Dictionary<string, string>(environment.Length / 2, StringComparer.Ordinal);
        for (var i = 0; i < environment.Length; i += 2)
        {
            variables[environment[i]] = environment[i + 1];
        }

        return new LaunchOrders(argv, variables, rest[0], readable, writable, rest[1] == "1", int.Parse(rest[2], CultureInfo.InvariantCulture), int.Parse(rest[3], CultureInfo.InvariantCulture), long.Parse(rest[4], CultureInfo.InvariantCulture));
    }

    static void Add(StringBuilder text, IReadOnlyList<string> fields)
    {
        text.Append(Number(fields.Count)).Append('\0');
        foreach (var field in fields)
        {
            // A NUL ends every string a kernel takes: what would follow it is not part of the name either.
            text.Append(field.AsSpan(0, field.IndexOf('\0') is >= 0 and var end ? end : field.Length)).Append('\0');
        }
    }

    static string[] Take(string[] fields, ref int at)
    {
        var count = int.Parse(fields[at++], CultureInfo.InvariantCulture);
        var taken = fields[at..(at + count)];
        at += count;
        return taken;
    }

    static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
