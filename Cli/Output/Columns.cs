using System.Text;

namespace Agent.Cli.Output;

/// <summary>Lines in columns as wide as their widest cell; the last one as it is.</summary>
static class Columns
{
    public static string Of(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows)
    {
        var all = rows.Prepend(head).ToList();
        var widths = Enumerable.Range(0, head.Count).Select(column => all.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in all)
        {
            for (var column = 0; column < row.Count - 1; column++)
            {
                text.Append(row[column].PadRight(widths[column] + 2));
            }

            text.AppendLine(row[^1]);
        }

        return text.ToString();
    }

    public static string Shorten(string text, int length)
    {
        text = text.ReplaceLineEndings(" ");
        return text.Length <= length ? text : text[..(length - 1)] + "…";
    }
}
