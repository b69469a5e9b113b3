namespace Agent.Journal.Operators;

/// <summary>Text with <c>*</c> and <c>?</c>, compared whole and by ordinal; linear but for the last star.</summary>
static class WildcardText
{
    public static bool Matches(string pattern, string text)
    {
        var (at, from, star, kept) = (0, 0, -1, 0);
        while (at < text.Length)
        {
            if (from < pattern.Length && pattern[from] == '*')
            {
                (star, kept) = (from++, at);
            }
            else if (from < pattern.Length && (pattern[from] == '?' || pattern[from] == text[at]))
            {
                (at, from) = (at + 1, from + 1);
            }
            else if (star >= 0)
            {
                (at, from) = (++kept, star + 1);
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(from).TrimStart('*').IsEmpty;
    }
}
