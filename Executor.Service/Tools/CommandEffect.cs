using Agent.Contracts;

namespace Agent.Executor.Service.Tools;

/// <summary>What a command may do, by its first words. It decides what happens after a crash in its middle: what only reads or can be made again is made again, of the rest a person decides.</summary>
static class CommandEffect
{
    static readonly HashSet<string> Readers = new(StringComparer.Ordinal)
    {
        "cat", "head", "tail", "wc", "ls", "stat", "file", "du", "df", "pwd", "echo", "printf", "true", "false", "uname", "date", "basename", "dirname", "realpath", "readlink",
        "grep", "cut", "tr", "uniq", "comm", "diff", "cmp", "sha256sum", "md5sum", "nl", "tac", "column", "jq", "which",
    };

    // Builds and checks: made again, they come to the same.
    static readonly string[][] Repeatable =
    [
        ["dotnet", "build"], ["dotnet", "test"], ["dotnet", "restore"], ["dotnet", "format"], ["dotnet", "--version"], ["dotnet", "--info"],
        ["npm", "test"], ["npm", "run", "test"], ["npm", "run", "build"], ["npm", "run", "lint"], ["node", "--test"], ["node", "--version"],
        ["cargo", "build"], ["cargo", "test"], ["cargo", "check"], ["go", "build"], ["go", "test"], ["go", "vet"],
        ["python3", "-m", "pytest"], ["pytest"], ["make", "test"], ["make", "check"], ["mvn", "-q", "test"], ["mvn", "test"], ["./test.sh"],
    ];

    public static EffectClass Of(IReadOnlyList<string> argv) =>
        Readers.Contains(argv[0]) ? EffectClass.Pure
        : Repeatable.Any(words => words.Length <= argv.Count && words.SequenceEqual(argv.Take(words.Length))) ? EffectClass.Idempotent
        : EffectClass.Irreversible;
}
