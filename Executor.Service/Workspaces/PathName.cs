using System.Text;

namespace Agent.Executor.Service.Workspaces;

/// <summary>File names are bytes; people and models are shown text. Bytes that are not UTF-8, and control characters, are shown as <c>\xHH</c>,
/// and read back from there, so that every file has a name that can be typed.</summary>
static class PathName
{
    public static string Display(ReadOnlySpan<byte> name)
    {
        if (IsPlain(name))
        {
            return Encoding.UTF8.GetString(name);
        }

        var text = new StringBuilder(name.Length + 16);
        while (!name.IsEmpty)
        {
            var valid = Rune.DecodeFromUtf8(name, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            if (valid && !Rune.IsControl(rune) && !StartsEscape(name))
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (var value in name[..length])
                {
                    text.Append("\\x").Append(value.ToString("X2"));
                }
            }

            name = name[length..];
        }

        return text.ToString();
    }

    public static byte[] Bytes(string shown)
    {
        if (!shown.Contains("\\x", StringComparison.Ordinal))
        {
            return Encoding.UTF8.GetBytes(shown);
        }

        var bytes = new List<byte>(shown.Length);
        for (var at = 0; at < shown.Length;)
        {
            if (shown.AsSpan(at).StartsWith("\\x") && at + 4 <= shown.Length
                && byte.TryParse(shown.AsSpan(at + 2, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var value))
            {
                bytes.Add(value);
                at += 4;
                continue;
            }

            var length = char.IsSurrogatePair(shown, at) ? 2 : 1;
            bytes.AddRange(Encoding.UTF8.GetBytes(shown.Substring(at, length)));
            at += length;
        }

        return [.. bytes];
    }

    static bool IsPlain(ReadOnlySpan<byte> name) =>
        !name.ContainsAnyInRange((byte)0, (byte)0x1F) && name.IndexOf((byte)0x7F) < 0 && name.IndexOf("\\x"u8) < 0
        && System.Text.Unicode.Utf8.IsValid(name) && !name.Contains((byte)0xC2);

    // A real backslash before "xHH" would be read back as a byte: it is shown escaped itself.
    static bool StartsEscape(ReadOnlySpan<byte> name) =>
        name.Length >= 4 && name[0] == '\\' && name[1] == 'x' && char.IsAsciiHexDigit((char)name[2]) && char.IsAsciiHexDigit((char)name[3]);
}
