using Agent.Contracts;

namespace Agent.Executor.Service.Tools;

/// <summary>Which words git may be given, and what they do.</summary>
static class GitWords
{
    static readonly Dictionary<string, EffectClass> Effects = new(StringComparer.Ordinal)
    {
        ["status"] = EffectClass.Pure,
        ["diff"] = EffectClass.Pure,
        ["log"] = EffectClass.Pure,
        ["show"] = EffectClass.Pure,
        ["rev-parse"] = EffectClass.Pure,
        ["rev-list"] = EffectClass.Pure,
        ["ls-files"] = EffectClass.Pure,
        ["ls-tree"] = EffectClass.Pure,
        ["cat-file"] = EffectClass.Pure,
        ["blame"] = EffectClass.Pure,
        ["shortlog"] = EffectClass.Pure,
        ["describe"] = EffectClass.Pure,
        ["merge-base"] = EffectClass.Pure,
        ["count-objects"] = EffectClass.Pure,
        ["grep"] = EffectClass.Pure,
        ["add"] = EffectClass.Idempotent,
        ["init"] = EffectClass.Idempotent,
        ["commit"] = EffectClass.Compensatable,
        ["tag"] = EffectClass.Compensatable,
        ["branch"] = EffectClass.Compensatable,
        ["switch"] = EffectClass.Compensatable,
        ["mv"] = EffectClass.Compensatable,
        ["stash"] = EffectClass.Compensatable,
        ["checkout"] = EffectClass.Irreversible,
        ["restore"] = EffectClass.Irreversible,
        ["reset"] = EffectClass.Irreversible,
        ["rm"] = EffectClass.Irreversible,
        ["merge"] = EffectClass.Irreversible,
        ["cherry-pick"] = EffectClass.Irreversible,
        ["revert"] = EffectClass.Irreversible,
    };

    // They run programs, write elsewhere, or read outside the repository. Git takes shortened long options, so every beginning counts.
    static readonly string[] Forbidden =
    [
        "--ext-diff", "--textconv", "--output", "--no-index", "--exec", "--upload-pack", "--receive-pack", "--open-files-in-pager", "--git-dir", "--work-tree", "--exec-path",
        "--config-env", "--template", "--separate-git-dir", "--contents", "--filters", "--pathspec-from-file", "--strategy", "--gpg-sign", "--edit-description", "--recurse-submodules",
    ];

    public static IEnumerable<string> Subcommands => Effects.Keys;

    /// <summary>Whether the repository's settings can name programs to show differences with.</summary>
    public static bool RunsPrograms(string subcommand) => subcommand is "diff" or "log" or "show";

    public static EffectClass EffectOf(IReadOnlyList<string> words)
    {
        if (!Effects.TryGetValue(words[0], out var effect))
        {
            throw ToolArguments.Refused($"'git {words[0]}' is not one of the subcommands here: {string.Join(", ", Subcommands)}.");
        }

        foreach (var word in words.Skip(1).TakeWhile(word => word != "--"))
        {
            if (IsForbidden(word))
            {
                throw ToolArguments.Refused($"'{word}' is not taken: it runs programs, or reaches outside the repository.");
            }
        }

        if (words.Skip(1).FirstOrDefault(LeadsOut) is { } outside)
        {
            throw new ToolRefusedException(ToolRefusedException.Confinement, $"'{outside}' leads out of the workspace.");
        }

        return effect switch
        {
            // Listing branches, tags and stashes changes nothing.
            EffectClass.Compensatable when words is ["branch"] or ["tag"] or ["branch", "-a" or "-r" or "-v" or "-vv" or "--list" or "--show-current"] or ["tag", "-l" or "--list"] or ["stash", "list"] => EffectClass.Pure,
            _ => effect,
        };
    }

    static bool IsForbidden(string word)
    {
        // "-O" names a program to grep with, or a file to order by; "--text" is whole, not the beginning of "--textconv".
        if (word.StartsWith("-O", StringComparison.Ordinal) || !word.StartsWith("--", StringComparison.Ordinal) || word == "--text")
        {
            return word.StartsWith("-O", StringComparison.Ordinal);
        }

        var name = word.Split('=', 2)[0];
        return Forbidden.Any(option => option.StartsWith(name, StringComparison.Ordinal));
    }

    static bool LeadsOut(string word) =>
        word.StartsWith('/') || word == ".." || word.StartsWith("../", StringComparison.Ordinal) || word.Contains("/../", StringComparison.Ordinal) || word.Contains("::", StringComparison.Ordinal);
}
