using Agent.Guardrails.Rules;

namespace Agent.Guardrails.Paths;

/// <summary>Compares a located path with the globs of a rule: relative ones with its place in the workspace, absolute ones with its full name.</summary>
static class PathRules
{
    /// <summary>Exactly as written: what is allowed is this file and no other.</summary>
    public static bool MatchesExactly(Glob[] globs, in LocatedPath path)
    {
        foreach (var glob in globs)
        {
            if ((glob.Text.StartsWith('/') ? path.Absolute : path.Relative) is { } value && glob.Matches(value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Case, the kind of slash, trailing dots and blanks, and stream names do not tell names apart: what is forbidden is forbidden by whatever name.</summary>
    public static bool MatchesLoosely(Glob[] globs, in LocatedPath path)
    {
        foreach (var glob in globs)
        {
            if ((glob.Text.StartsWith('/') ? path.Folded.Absolute : path.Folded.Relative) is { } value
                && (glob.Lower.Matches(value) || (path.IsPattern && Patterns.MayMeet(value, glob.Text))))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary><c>.git./config</c>, <c>.ENV </c> and <c>.git::$INDEX_ALLOCATION/x</c> name <c>.git/config</c>, <c>.env</c> and <c>.git/x</c> on file systems that cut such tails.</summary>
    public static LocatedPath Fold(in LocatedPath path) =>
        path with { Folded = (path.Relative is { } relative ? Fold(relative) : null, Fold(path.Absolute)) };

    static string Fold(string path)
    {
        var lower = path.ToLowerInvariant();
        if (lower.Contains('\\'))
        {
            lower = lower.Replace('\\', '/');
        }

        if (!lower.Contains("./", StringComparison.Ordinal) && !lower.Contains(" /", StringComparison.Ordinal) && !lower.Contains("::", StringComparison.Ordinal)
            && !lower.EndsWith('.') && !lower.EndsWith(' '))
        {
            return lower;
        }

        return string.Join('/', lower.Split('/').Select(static segment =>
        {
            var stream = segment.IndexOf("::", StringComparison.Ordinal);
            return (stream > 0 ? segment[..stream] : segment).TrimEnd('.', ' ');
        }));
    }
}
