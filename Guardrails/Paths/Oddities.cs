namespace Agent.Guardrails.Paths;

/// <summary>Ways to write a path so that two readers read two paths.</summary>
static class Oddities
{
    /// <summary>What is wrong with it, or null.</summary>
    public static string? Of(string path)
    {
        if (path.Length == 0)
        {
            return "the path is empty";
        }

        if (HiddenCharacter(path) is { } hidden)
        {
            return hidden;
        }

        if (path[0] == '~')
        {
            return "`~` names a home directory, outside the workspace";
        }

        if (path[0] == '$' && path.Length > 1 && (path[1] == '{' || char.IsAsciiLetterUpper(path[1])))
        {
            return "it begins with a variable";
        }

        if (path.Contains("://", StringComparison.Ordinal) || path.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            return "it is a URL, not a path";
        }

        if (path.Contains("%2e", StringComparison.OrdinalIgnoreCase) || path.Contains("%2f", StringComparison.OrdinalIgnoreCase)
            || path.Contains("%5c", StringComparison.OrdinalIgnoreCase) || path.Contains("%00", StringComparison.Ordinal))
        {
            return "it hides dots or slashes behind percent signs";
        }

        return IsWindows(path) ? "it is written in the Windows way" : null;
    }

    /// <summary>Characters that do not show, or show as another: no honest command or path needs them.</summary>
    public static string? HiddenCharacter(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (character is < ' ' and not ('\t' or '\n') or '\u007f')
            {
                return $"it holds the control character U+{(int)character:X4}";
            }

            if (character is '\u00ad' or '\u034f' or '\u061c' or '\u115f' or '\u1160' or '\u17b4' or '\u17b5' or '\u3164' or '\ufeff' or '\uffa0'
                or (>= '\u0080' and <= '\u009f') or (>= '\u180b' and <= '\u180f') or (>= '\u200b' and <= '\u200f') or (>= '\u2028' and <= '\u202e')
                or (>= '\u2060' and <= '\u206f') or (>= '\ue000' and <= '\uf8ff') or (>= '\ufe00' and <= '\ufe0f') or (>= '\ufff0' and <= '\ufffb'))
            {
                return $"it holds the invisible character U+{(int)character:X4}";
            }

            if (character is '\u00a0' or '\u1680' or (>= '\u2000' and <= '\u200a') or '\u202f' or '\u205f' or '\u3000')
            {
                return $"it holds the blank U+{(int)character:X4}, which does not part words";
            }

            if (character is (>= '\ufe50' and <= '\ufe6b') or (>= '\uff01' and <= '\uff5e'))
            {
                return $"it holds U+{(int)character:X4}, which looks like a plain character";
            }

            if (character is '\u2024' or '\u2025' or '\u2026' or '\ufe52' or '\uff0e' or '\u2044' or '\u2215' or '\u29f8' or '\uff0f' or '\uff3c' or '\u2216')
            {
                return $"it holds U+{(int)character:X4}, which looks like a dot or a slash";
            }
        }

        return null;
    }

    static bool IsWindows(string path) =>
        path.StartsWith(@"\\", StringComparison.Ordinal)
        || (path.Length > 1 && path[1] == ':' && char.IsAsciiLetter(path[0]))
        || (path.Contains('\\') && path.Split('\\', '/').Contains(".."));
}
