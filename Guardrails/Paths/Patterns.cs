namespace Agent.Guardrails.Paths;

/// <summary>Whether a pattern on a command line could name something a rule forbids, whatever files are there.</summary>
static class Patterns
{
    /// <param name="pattern">A path with <c>*</c>, <c>?</c> and <c>[…]</c>, as the shell fills them in.</param>
    /// <param name="forbidden">A rule's glob.</param>
    public static bool MayMeet(string pattern, string forbidden)
    {
        var last = pattern[(pattern.LastIndexOf('/') + 1)..];
        var other = forbidden.EndsWith("/**", StringComparison.Ordinal) ? forbidden[..^3] : forbidden;
        var target = other[(other.LastIndexOf('/') + 1)..];

        // `*` and `src/*` are expanded against the files that are there; they are not taken for an attempt at each file they might match.
        if (last.StartsWith('*'))
        {
            return target.StartsWith('*') && Tail(last) is { Length: > 1 } tail && Tail(target) is { Length: > 1 } wanted
                && (tail.EndsWith(wanted, StringComparison.OrdinalIgnoreCase) || wanted.EndsWith(tail, StringComparison.OrdinalIgnoreCase));
        }

        return target.Length > 0 && pattern.Split('/').Any(segment => Meet(segment, 0, target, 0, 0));
    }

    static string Tail(string glob) => glob[(glob.LastIndexOfAny(['*', '?', ']']) + 1)..];

    // Both sides hold wildcards: they meet if some text matches both.
    static bool Meet(string a, int i, string b, int j, int depth)
    {
        if (depth > 200)
        {
            return true;
        }

        if (i == a.Length && j == b.Length)
        {
            return true;
        }

        if (i < a.Length && a[i] == '*')
        {
            return Meet(a, i + 1, b, j, depth + 1) || (j < b.Length && Meet(a, i, b, j + 1, depth + 1));
        }

        if (j < b.Length && b[j] == '*')
        {
            return Meet(a, i, b, j + 1, depth + 1) || (i < a.Length && Meet(a, i + 1, b, j, depth + 1));
        }

        if (i == a.Length || j == b.Length)
        {
            return false;
        }

        var close = a[i] == '[' ? a.IndexOf(']', Math.Min(i + 2, a.Length)) : -1;
        if (close > 0)
        {
            // A set may hold the wanted letter; whether it does is not worked out.
            return Meet(a, close + 1, b, j + 1, depth + 1);
        }

        return (a[i] == '?' || b[j] == '?' || char.ToUpperInvariant(a[i]) == char.ToUpperInvariant(b[j])) && Meet(a, i + 1, b, j + 1, depth + 1);
    }
}
