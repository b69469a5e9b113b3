using System.Globalization;
using System.Text;

namespace Agent.Executor.Service.WorkingCopies;

/// <summary>Differences of texts by lines, as <c>diff -u</c> writes them. Pure.</summary>
static class UnifiedDiff
{
    const int Context = 3;

    // Beyond this many differing lines the shortest way is not looked for: old lines out, new lines in.
    const int MostEdits = 2000;

    /// <returns>The hunks; empty for equal texts.</returns>
    public static (string Text, int Added, int Removed) Of(string old, string now)
    {
        var (from, to) = (Lines(old), Lines(now));
        var edits = Edits(from, to);
        var text = new StringBuilder();
        foreach (var (begin, end) in Hunks(edits))
        {
            Write(text, edits, begin, end, from, to);
        }

        return (text.ToString(), edits.Count(edit => edit.Kind == '+'), edits.Count(edit => edit.Kind == '-'));
    }

    static void Write(StringBuilder text, List<Edit> edits, int begin, int end, string[] from, string[] to)
    {
        var part = edits.GetRange(begin, end - begin);
        var (removed, added) = (part.Count(edit => edit.Kind != '+'), part.Count(edit => edit.Kind != '-'));
        text.Append(CultureInfo.InvariantCulture, $"@@ -{Range(part[0].From, removed)} +{Range(part[0].To, added)} @@\n");
        foreach (var edit in part)
        {
            var line = edit.Kind == '+' ? to[edit.To] : from[edit.From];
            text.Append(edit.Kind).Append(line);
            if (!line.EndsWith('\n'))
            {
                text.Append("\n\\ No newline at end of file\n");
            }
        }
    }

    static string Range(int at, int count) => count == 1 ? $"{at + 1}" : $"{(count == 0 ? at : at + 1)},{count}";

    static IEnumerable<(int Begin, int End)> Hunks(List<Edit> edits)
    {
        var at = 0;
        while ((at = edits.FindIndex(at, edit => edit.Kind != ' ')) >= 0)
        {
            var (begin, last) = (Math.Max(0, at - Context), at);
            for (var next = at; next < edits.Count && next - last <= Context * 2; next++)
            {
                last = edits[next].Kind != ' ' ? next : last;
            }

            at = Math.Min(edits.Count, last + Context + 1);
            yield return (begin, at);
        }
    }

    static List<Edit> Edits(string[] from, string[] to)
    {
        var (head, tail) = (0, 0);
        while (head < from.Length && head < to.Length && from[head] == to[head])
        {
            head++;
        }

        while (tail < from.Length - head && tail < to.Length - head && from[^(tail + 1)] == to[^(tail + 1)])
        {
            tail++;
        }

        var edits = new List<Edit>(from.Length + to.Length);
        edits.AddRange(Enumerable.Range(0, head).Select(line => new Edit(' ', line, line)));
        Middle(edits, from, to, head, from.Length - tail, to.Length - tail);
        edits.AddRange(Enumerable.Range(0, tail).Select(line => new Edit(' ', from.Length - tail + line, to.Length - tail + line)));
        return edits;
    }

    // Myers: the furthest old line on each diagonal for a growing number of edits; then the way back.
    static void Middle(List<Edit> edits, string[] from, string[] to, int head, int fromEnd, int toEnd)
    {
        var (rows, columns) = (fromEnd - head, toEnd - head);
        var most = Math.Min(rows + columns, MostEdits);
        var reach = new int[(2 * most) + 3];
        var history = new List<int[]>();
        for (var count = 0; count <= most; count++)
        {
            history.Add([.. reach.AsSpan(most - count, (2 * count) + 3)]);
            for (var diagonal = -count; diagonal <= count; diagonal += 2)
            {
                var isPutIn = diagonal == -count || (diagonal != count && reach[most + diagonal] < reach[most + diagonal + 2]);
                var row = isPutIn ? reach[most + diagonal + 2] : reach[most + diagonal] + 1;
                while (row < rows && row - diagonal < columns && from[head + row] == to[head + row - diagonal])
                {
                    row++;
                }

                reach[most + diagonal + 1] = row;
                if (row >= rows && row - diagonal >= columns)
                {
                    WayBack(edits, history, count, head, rows, columns);
                    return;
                }
            }
        }

        edits.AddRange(Enumerable.Range(0, rows).Select(line => new Edit('-', head + line, head)));
        edits.AddRange(Enumerable.Range(0, columns).Select(line => new Edit('+', head + rows, head + line)));
    }

    static void WayBack(List<Edit> edits, List<int[]> history, int count, int head, int rows, int columns)
    {
        var back = new List<Edit>();
        var (row, column) = (rows, columns);
        for (; count > 0; count--)
        {
            // history[count][diagonal + count + 1] is the reach before this round.
            var (reach, diagonal) = (history[count], row - column);
            var isPutIn = diagonal == -count || (diagonal != count && reach[diagonal + count] < reach[diagonal + count + 2]);
            var before = isPutIn ? diagonal + 1 : diagonal - 1;
            var (beforeRow, beforeColumn) = (reach[before + count + 1], reach[before + count + 1] - before);
            while (row > beforeRow && column > beforeColumn)
            {
                back.Add(new Edit(' ', head + --row, head + --column));
            }

            back.Add(isPutIn ? new Edit('+', head + row, head + --column) : new Edit('-', head + --row, head + column));
        }

        while (row > 0)
        {
            back.Add(new Edit(' ', head + --row, head + --column));
        }

        back.Reverse();
        edits.AddRange(back);
    }

    static string[] Lines(string text)
    {
        var lines = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            lines.Add(text[at..end]);
            at = end;
        }

        return [.. lines];
    }

    /// <summary>One line kept, taken out or put in, and where it stands in both texts.</summary>
    readonly record struct Edit(char Kind, int From, int To);
}
