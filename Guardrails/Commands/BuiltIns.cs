using Agent.Guardrails.Commands.Shell;

namespace Agent.Guardrails.Commands;

/// <summary>What shells do themselves.</summary>
static class BuiltIns
{
    static readonly string[] Changing =
    [
        "eval", "source", ".", "trap", "alias", "unalias", "enable", "bind", "shopt", "declare", "typeset", "local", "let", "mapfile", "readarray", "ulimit", "umask",
        "complete", "compgen", "compopt", "history", "fc", "jobs", "fg", "bg", "disown", "suspend", "pushd", "popd", "dirs", "logout", "getopts", "caller", "logger",
    ];

    // read: the letters that take no value, and those that take one which is no name.
    const string ReadFlags = "rs";
    const string ReadValued = "pdnNt";

    static readonly string[] SetOptions = ["errexit", "nounset", "pipefail", "xtrace", "noglob", "noclobber"];

    /// <returns>Null if the word is no built-in that needs care.</returns>
    public static Stream? TryRun(Invocation invocation, IReadOnlyList<string> argv, Stream input)
    {
        if (Changing.Contains(argv[0], StringComparer.Ordinal))
        {
            return invocation.Describe(argv, Stream.Unknown, new Hazard("changes-shell", $"`{argv[0]}` changes what later commands mean, or runs text as commands."));
        }

        switch (argv[0])
        {
            case "cd":
                return ChangeDirectory(invocation, argv);
            case "export" or "readonly":
                Export(invocation, argv);
                return Stream.Unknown;
            case "read":
                var names = NamesRead(argv);
                foreach (var name in names ?? [])
                {
                    // A whole line of a list of files is such a file; two names would share its words.
                    IReadOnlyList<string>? values = input == Stream.Listing && !invocation.HasInput && names is [_] ? [Marks.Listing.ToString()] : null;
                    invocation.Surroundings.Set(name, values, certain: false);
                    invocation.Reader.Facts.Variables.Add(new VariableUse(name, "", IsLocal: true));
                }

                return Checked(invocation, argv, names is not null);
            case "wait":
                return Checked(invocation, argv, argv.Skip(1).All(word => word is "-n" or "-f" || word.All(char.IsAsciiDigit)));
            case "set":
                return Checked(invocation, argv, argv.Count > 1 && argv.Skip(1).All(word => SetOptions.Contains(word, StringComparer.Ordinal) || (word.Length > 1 && word[0] is '-' or '+' && word.Skip(1).All("euxofC".Contains))));
            case "unset":
                foreach (var name in argv.Skip(1))
                {
                    invocation.Surroundings.Set(name, [""], certain: false);
                }

                return Checked(invocation, argv, argv.Skip(1).All(word => WordReader.IsName(word) && !word.All(character => char.IsAsciiLetterUpper(character) || character == '_')));
            case "hash":
                return Checked(invocation, argv, argv.Count == 1 || argv is [_, "-r"]);
            case "test" or "[" or "\ue006":
                return Checked(invocation, argv, !argv.Skip(1).Any(word => word is "-v" or "-R"));
            case "printf":
                return Checked(invocation, argv, argv.Count > 1 && !argv[1].StartsWith("-v", StringComparison.Ordinal) && Marks.IsKnown(argv[1][..Math.Min(1, argv[1].Length)]));
            default:
                return null;
        }
    }

    /// <summary>The variables <c>read</c> sets; null where it is used in a way that is not known. A name with a subscript, <c>a[$(id)]</c>, runs what stands in it.</summary>
    static List<string>? NamesRead(IReadOnlyList<string> argv)
    {
        var names = new List<string>();
        for (var i = 1; i < argv.Count; i++)
        {
            var word = argv[i];
            if (word is not ['-', _, ..] || names.Count > 0)
            {
                names.Add(word);
                continue;
            }

            var letter = word.AsSpan(1).IndexOfAnyExcept(ReadFlags) + 1;
            if (letter == 0)
            {
                continue;
            }

            if (!ReadValued.Contains(word[letter]))
            {
                return null;
            }

            // -p text or -ptext
            i += letter == word.Length - 1 ? 1 : 0;
        }

        return names.TrueForAll(WordReader.IsName) ? names : null;
    }

    static Stream Checked(Invocation invocation, IReadOnlyList<string> argv, bool isPlain)
    {
        IReadOnlyList<string> named = argv[0] == Marks.Bracket.ToString() ? ["[", .. argv.Skip(1)] : argv;
        return isPlain
            ? invocation.Describe(named, Stream.Unknown)
            : invocation.Describe(named, Stream.Unknown, new Hazard("changes-shell", $"`{named[0]}` is used in a way that changes what later commands mean, or runs text as commands."));
    }

    static Stream ChangeDirectory(Invocation invocation, IReadOnlyList<string> argv)
    {
        var operands = argv.Skip(1).Where(word => word is not ("-L" or "-P" or "--")).ToArray();
        var target = operands is [var one] ? one : operands.Length == 0 ? "~" : throw new NotUnderstoodException("`cd` is given more than one directory");
        if (!Marks.IsKnown(target) || Marks.HasWildcard(target) || target.Contains(Marks.Pipe))
        {
            throw new NotUnderstoodException("the directory it changes to is not known before it runs");
        }

        if (target == "-" && invocation.Surroundings.Previous is { } previous)
        {
            invocation.Surroundings.Enter(previous, certain: invocation.IsFollowed);
            invocation.Describe(["cd"], Stream.Unknown);
            return Stream.Unknown;
        }

        target = target == "-" ? "~-" : target;
        invocation.AddPath(isWrite: false, target);
        var reader = invocation.Reader;
        var directories = invocation.Surroundings.Directories
            .Select(directory => Paths.PathLocator.Locate(target, reader.Workspace, directory, reader.Files))

            // Where it can not be told, the change itself is refused already.
            .Select(location => location.Problem is null ? location.Absolute : "/").Distinct(StringComparer.Ordinal).ToArray();
        invocation.Surroundings.Enter(directories, certain: invocation.IsFollowed);
        invocation.Describe(["cd"], Stream.Unknown);
        return Stream.Unknown;
    }

    static void Export(Invocation invocation, IReadOnlyList<string> argv)
    {
        foreach (var word in argv.Skip(1))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? word : word[..equals];
            if (!WordReader.IsName(name))
            {
                throw new NotUnderstoodException($"`{argv[0]} {Marks.Shown(word)}` is not known");
            }

            invocation.Reader.AddVariable(name, [equals < 0 ? "" : word[(equals + 1)..]], invocation.Surroundings, isLocal: false);
            if (equals >= 0)
            {
                invocation.Surroundings.Set(name, [word[(equals + 1)..]], certain: false);
            }
        }
    }
}
