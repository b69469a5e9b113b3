using System.Text;

namespace Agent.Executor.Service.Tools;

/// <summary>What a model is shown of an output: at most 16 KiB, head and tail kept.</summary>
static class OutputBound
{
    public const int MaxBytes = 16 * 1024;

    public static bool IsTooLong(string text) => text.Length > MaxBytes || Encoding.UTF8.GetByteCount(text) > MaxBytes;

    /// <summary>Head and tail of a text, with a line between that says what is left out.</summary>
    public static string HeadAndTail(string text, int maxBytes = MaxBytes)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length <= maxBytes)
        {
            return text;
        }

        var head = Boundary(bytes, maxBytes * 2 / 3);
        var tail = Boundary(bytes, bytes.Length - (maxBytes / 4));
        return $"{Encoding.UTF8.GetString(bytes, 0, head)}\n[… {tail - head} bytes left out …]\n{Encoding.UTF8.GetString(bytes, tail, bytes.Length - tail)}";
    }

    // Not in the middle of a character.
    static int Boundary(byte[] bytes, int at)
    {
        while (at < bytes.Length && (bytes[at] & 0xC0) == 0x80)
        {
            at++;
        }

        return at;
    }
}
