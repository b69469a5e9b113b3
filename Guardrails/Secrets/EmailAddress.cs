namespace Agent.Guardrails.Secrets;

/// <summary><c>jane.doe@mail.example.com</c>, and not <c>git@host:path</c>, <c>user:password@host</c>, <c>icon@2x.png</c>, <c>react@18.2.0</c>.</summary>
static class EmailAddress
{
    const int LongestLocal = 64;
    const int LongestDomain = 253;

    // What stands behind the last dot of a file's or a unit's name, where a domain would have its country.
    static readonly HashSet<string> Endings = new(
        ["png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "js", "mjs", "cjs", "ts", "tsx", "jsx", "json", "css", "scss", "html", "xml", "yaml", "yml", "txt", "md", "cs", "py", "go", "java", "rb", "php", "rs", "lock", "tgz", "gz", "zip",
            "jar", "whl", "service", "socket", "timer", "target", "mount", "slice", "scope", "local", "internal", "localhost", "lan"],
        StringComparer.OrdinalIgnoreCase);

    public static PersonalData.Finding? At(string text, int from, int sign)
    {
        var start = sign;
        while (start > from && IsLocal(text[start - 1]))
        {
            start--;
        }

        while (start < sign && !char.IsAsciiLetterOrDigit(text[start]))
        {
            start++;
        }

        var end = sign + 1;
        while (end < text.Length && IsDomain(text[end]))
        {
            end++;
        }

        while (end > sign && !char.IsAsciiLetter(text[end - 1]))
        {
            end--;
        }

        return start < sign && sign - start <= LongestLocal && text[sign - 1] != '.' && IsName(text.AsSpan(sign + 1, Math.Max(0, end - sign - 1))) && !IsAddress(text, from, start, end)
            ? new PersonalData.Finding(start, end, PersonalData.Email)
            : null;
    }

    static bool IsName(ReadOnlySpan<char> domain)
    {
        var dot = domain.LastIndexOf('.');
        if (dot <= 0 || domain.Length > LongestDomain || domain.Length - dot - 1 is < 2 or > 24 || domain.Contains("..", StringComparison.Ordinal) || domain[0] is '.' or '-')
        {
            return false;
        }

        foreach (var character in domain[(dot + 1)..])
        {
            if (!char.IsAsciiLetter(character))
            {
                return false;
            }
        }

        return !Endings.Contains(domain[(dot + 1)..].ToString());
    }

    // git@github.com:owner/repo, ssh://git@host, https://user:password@host: accounts of machines, and secrets that are looked for elsewhere.
    static bool IsAddress(string text, int from, int start, int end)
    {
        if (end < text.Length && text[end] is ':' or '/' && end + 1 < text.Length && (char.IsAsciiLetterOrDigit(text[end + 1]) || text[end + 1] is '/' or '~' or '_'))
        {
            return true;
        }

        if (start - from >= 1 && text[start - 1] is '/' or ':' or '@')
        {
            var word = start - 1;
            while (word > from && !char.IsWhiteSpace(text[word - 1]) && text[word - 1] is not ('"' or '\'' or '<' or '(' or ','))
            {
                word--;
            }

            return text.AsSpan(word, start - word).Contains("://", StringComparison.Ordinal) || text[start - 1] is '/' or '@';
        }

        return false;
    }

    static bool IsLocal(char character) => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '%' or '+' or '-';

    static bool IsDomain(char character) => char.IsAsciiLetterOrDigit(character) || character is '.' or '-';
}
