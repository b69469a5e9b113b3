using System.Buffers;

namespace Agent.Guardrails.Commands.Shell;

/// <summary>Characters that stand in an expanded word for what is not a character of it. They can not come from a command line: private-use characters are refused.</summary>
static class Marks
{
    /// <summary>A value known only when it runs; one word.</summary>
    public const char Unknown = '\uE000';

    /// <summary>A value known only when it runs; any number of words.</summary>
    public const char UnknownWords = '\uE001';

    /// <summary>Names of files of the workspace, listed when it runs; any number of words.</summary>
    public const char Listing = '\uE002';

    /// <summary>A process substitution: some <c>/dev/fd/63</c>.</summary>
    public const char Pipe = '\uE003';

    public const char Star = '\uE004';
    public const char One = '\uE005';
    public const char Bracket = '\uE006';

    static readonly SearchValues<char> NotKnown = SearchValues.Create(Unknown, UnknownWords, Listing);
    static readonly SearchValues<char> Wildcards = SearchValues.Create(Star, One, Bracket);

    public static bool IsKnown(string word) => word.AsSpan().IndexOfAny(NotKnown) < 0;

    public static bool HasWildcard(string word) => word.AsSpan().IndexOfAny(Wildcards) >= 0;

    /// <summary>Wildcards as they were written.</summary>
    public static string Written(string word) => word.Replace(Star, '*').Replace(One, '?').Replace(Bracket, '[');

    /// <summary>For people.</summary>
    public static string Shown(string word) => Written(word).Replace(Unknown, '…').Replace(UnknownWords, '…').Replace(Listing.ToString(), "<files>", StringComparison.Ordinal).Replace(Pipe.ToString(), "<pipe>", StringComparison.Ordinal);
}
