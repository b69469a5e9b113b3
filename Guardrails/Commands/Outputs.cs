using Agent.Guardrails.Commands.Programs;
using Agent.Guardrails.Commands.Shell;

namespace Agent.Guardrails.Commands;

/// <summary>What a command prints, where the commands after it depend on that.</summary>
static class Outputs
{
    static readonly string[] Guarded = ["env", "key", "pem", "secret", "id_", "cred", "token", "passw", "p12", "pfx", "ssh", "aws", "netrc", "npmrc"];

    public static Stream Of(string program, IReadOnlyList<string> argv, ArgumentUses uses, Stream input) => program switch
    {
        "git" => OfGit(argv, uses),
        "find" => uses.Found.Any(IsGuarded) || uses.Seen.Exists(option => option is "-exec" or "-execdir" or "-printf" or "-fprintf" or "-ls") ? Stream.Unknown : Stream.Listing,
        "fd" => Stream.Unknown,
        "ls" when uses.Seen.TrueForAll(option => option is "-1" or "-d" or "-r" or "-t" or "-S" or "-v") && !uses.Operands.Exists(IsHidden) => Stream.Listing,
        "rg" when uses.Seen.Exists(option => option is "-l" or "--files" or "--files-with-matches" or "--files-without-match") => Stream.Listing,
        "grep" when uses.Seen.Exists(option => option is "-l" or "-L" or "--files-with-matches" or "--files-without-match") && uses.Operands.Count + (uses.Has("-e") ? 1 : 0) > 1 => Stream.Listing,

        // They pass on some of the lines that come in, as they are.
        "grep" or "egrep" or "fgrep" when input == Stream.Listing && uses.Operands.Count + (uses.Has("-e") ? 1 : 0) == 1 && !uses.Has("-r") && !uses.Has("-R") => Stream.Listing,
        "head" or "tail" or "sort" or "uniq" when input == Stream.Listing && uses.Operands.Count == 0 => Stream.Listing,
        "tr" when input == Stream.Listing && uses.Operands is [@"\n", @"\0"] => Stream.Listing,
        "pwd" => Stream.Here,
        "nproc" or "whoami" or "hostname" or "arch" or "uname" => Stream.Token,
        "id" when uses.Seen.Exists(option => option is "-u" or "-g") => Stream.Token,
        "date" when !uses.Operands.Exists(operand => operand.Contains('/')) => Stream.Token,
        "wc" when uses.Operands.Count == 0 => Stream.Token,
        "seq" when uses.Operands.TrueForAll(operand => operand.All(char.IsAsciiDigit)) => Stream.Token,
        "dotnet" or "node" or "npm" or "python3" or "python" or "go" or "cargo" when argv is [_, "--version" or "-v" or "version"] => Stream.Token,
        _ => Stream.Unknown,
    };

    static Stream OfGit(IReadOnlyList<string> argv, ArgumentUses uses) => argv.Count < 2 ? Stream.Unknown : argv[1] switch
    {
        "ls-files" when !uses.Has("--format") && !ListsIgnored(uses) => Stream.Listing,
        "diff" or "show" or "diff-tree" or "log" when uses.Has("--name-only") && !uses.Has("--no-index") => argv[1] is "diff" or "diff-tree" ? Stream.Listing : Stream.Unknown,
        "grep" when uses.Has("-l") || uses.Has("--files-with-matches") || uses.Has("--name-only") => Stream.Listing,
        "rev-parse" when uses.Has("--show-toplevel") => Stream.TopLevel,
        "rev-parse" or "merge-base" or "rev-list" or "describe" or "symbolic-ref" when !uses.Has("--git-dir") && !uses.Has("--absolute-git-dir") => Stream.Token,
        "branch" when uses.Has("--show-current") => Stream.Token,
        _ => Stream.Unknown,
    };

    // What git is told to ignore is where keys and environment files lie.
    static bool ListsIgnored(ArgumentUses uses) =>
        uses.Has("-i") || uses.Has("--ignored") || ((uses.Has("-o") || uses.Has("--others")) && !uses.Has("--exclude-standard"));

    // `ls .e*` names what `ls` alone does not.
    static bool IsHidden(string operand) => IsGuarded(operand) || operand.Contains(Marks.Pipe) || operand.TrimEnd('/').Split('/').Any(segment => segment.Length > 1 && segment[0] == '.');

    static bool IsGuarded(string name) => !Marks.IsKnown(name) || Guarded.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
