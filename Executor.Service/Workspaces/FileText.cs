using System.Buffers;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Agent.Executor.Service.Workspaces;

/// <summary>File content for people and models: what is not UTF-8, and control characters, are shown as <c>\xHH</c>.</summary>
static class FileText
{
    const int BinaryProbe = 8192;

    /// <summary>A NUL near the start: not text.</summary>
    public static bool IsBinary(ReadOnlySpan<byte> start) => start[..Math.Min(start.Length, BinaryProbe)].Contains((byte)0);

    public static string Display(ReadOnlySpan<byte> content)
    {
        var text = new StringBuilder(content.Length);
        Span<char> characters = stackalloc char[2];
        while (!content.IsEmpty)
        {
            var plain = content.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E);
            plain = plain < 0 ? content.Length : plain;
            text.Append(Encoding.ASCII.GetString(content[..plain]));
            content = content[plain..];
            if (content.IsEmpty)
            {
                break;
            }

            var valid = Rune.DecodeFromUtf8(content, out var rune, out var length) == OperationStatus.Done;
            if (valid && (rune.Value is '\n' or '\t' or '\r' || !Rune.IsControl(rune)))
            {
                text.Append(characters[..rune.EncodeToUtf16(characters)]);
            }
            else
            {
                foreach (var value in content[..length])
                {
                    text.Append("\\x").Append(value.ToString("X2"));
                }
            }

            content = content[length..];
        }

        return text.ToString();
    }

    /// <summary>The whole file; null if it is longer than <paramref name="most"/> or can not be read.</summary>
    public static byte[]? ReadWhole(SafeFileHandle file, long size, long most)
    {
        if (size > most)
        {
            return null;
        }

        var content = new byte[size + 1];
        var filled = 0;
        while (true)
        {
            var length = Posix.Read(file, content.AsSpan(filled));
            if (length < 0)
            {
                return null;
            }

            filled += length;
            if (length == 0)
            {
                return content[..filled];
            }

            if (filled == content.Length)
            {
                // It grew while it was read.
                if (filled > most)
                {
                    return null;
                }

                Array.Resize(ref content, content.Length * 2);
            }
        }
    }
}
