using System.Text.RegularExpressions;

namespace Agent.Journal.Operators;

/// <summary>Names that operators give.</summary>
public static partial class RecordNames
{
    /// <summary>What a name must be like, for messages.</summary>
    public const string Rule = "1 to 64 characters out of a-z, 0-9, _ and -";

    public static bool IsGood(string? name) => name is not null && Pattern().IsMatch(name);

    [GeneratedRegex("^[a-z0-9_-]{1,64}$", RegexOptions.None, 1000)]
    private static partial Regex Pattern();
}
