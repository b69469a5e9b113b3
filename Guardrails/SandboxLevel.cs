namespace Agent.Guardrails;

/// <summary>How well a command is kept apart from the machine, by the names that calls are recorded with.</summary>
public static class SandboxLevel
{
    public const string None = "none";

    static readonly string[] Levels = [None, "plain", "landlock", "bubblewrap"];

    /// <summary>Weakest first.</summary>
    public static IReadOnlyList<string> All => Levels;

    internal static IReadOnlyDictionary<string, int> Ranks { get; } = Levels.Index().ToDictionary(level => level.Item, level => level.Index, StringComparer.Ordinal);

    /// <summary>0 for none. A level that is not known is none: it keeps no promise that could be relied on.</summary>
    public static int RankOf(string? level) => Math.Max(0, Array.IndexOf(Levels, level));

    public static string Stronger(string one, string other) => RankOf(other) > RankOf(one) ? other : one;
}
