using System.Text;
using System.Text.RegularExpressions;

namespace Agent.Executor.Service.Tools;

/// <summary>Finds lines in a file's bytes: a literal text without decoding, an expression on each decoded line.</summary>
abstract class LineMatcher
{
    /// <summary>Calls back with line number (1-based) and bytes for each matching line.</summary>
    public abstract void Match(ReadOnlySpan<byte> content, OnLine onLine);

    public delegate void OnLine(int line, ReadOnlySpan<byte> text);

    public static LineMatcher Of(string literal) => literal.Length == 0 || literal.Contains('\n')
        ? throw ToolArguments.Refused("The argument 'pattern' must be a text within one line.")
        : new Literal(Encoding.UTF8.GetBytes(literal));

    public static LineMatcher Of(Regex expression) => new Expression(expression);

    sealed class Literal(byte[] text) : LineMatcher
    {
        public override void Match(ReadOnlySpan<byte> content, OnLine onLine)
        {
            var (line, at) = (1, 0);
            while (at < content.Length)
            {
                var hit = content[at..].IndexOf(text);
                if (hit < 0)
                {
                    return;
                }

                hit += at;
                line += content[at..hit].Count((byte)'\n');
                var start = content[..hit].LastIndexOf((byte)'\n') + 1;
                var end = content[hit..].IndexOf((byte)'\n');
                end = end < 0 ? content.Length : hit + end;
                onLine(line, content[start..end]);
                at = end + 1;
                line++;
            }
        }
    }

    sealed class Expression(Regex regex) : LineMatcher
    {
        public override void Match(ReadOnlySpan<byte> content, OnLine onLine)
        {
            for (var line = 1; !content.IsEmpty; line++)
            {
                var end = content.IndexOf((byte)'\n');
                var text = end < 0 ? content : content[..end];
                text = text.EndsWith("\r"u8) ? text[..^1] : text;
                if (regex.IsMatch(Encoding.UTF8.GetString(text)))
                {
                    onLine(line, text);
                }

                content = end < 0 ? [] : content[(end + 1)..];
            }
        }
    }
}
