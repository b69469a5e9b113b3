using Agent.Guardrails.Commands.Shell;

namespace Agent.Guardrails.Commands.Programs;

/// <summary>Takes arguments apart into options, values and operands, and says what each does to files.</summary>
static class ArgumentReader
{
    public static ArgumentUses Read(ProgramProfile profile, IReadOnlyList<string> argv)
    {
        var uses = new ArgumentUses();
        var operands = uses.Operands;
        for (var i = 1; i < argv.Count; i++)
        {
            var argument = argv[i];
            if (argument == "--")
            {
                operands.AddRange(argv.Skip(i + 1));
                break;
            }

            if (argument.Length < 2 || argument[0] != '-')
            {
                operands.Add(argument);
            }
            else if (argument[1] == '-' || (profile.SingleDash && argument.Length > 2))
            {
                i = ReadLong(profile, argv, i, uses);
            }
            else
            {
                i = ReadCluster(profile, argv, i, uses);
            }
        }

        return uses;
    }

    static int ReadLong(ProgramProfile profile, IReadOnlyList<string> argv, int at, ArgumentUses uses)
    {
        var argument = argv[at];
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        var written = equals < 0 ? argument : argument[..equals];
        var name = profile.Full(written);
        if (profile.SingleDash && name.StartsWith("--", StringComparison.Ordinal) && profile.RoleOf(name) is null && profile.RoleOf(name[1..]) is not null)
        {
            name = name[1..];
        }

        uses.Seen.Add(name);
        if (profile.RoleOf(name) is not { } role)
        {
            if (equals > 0)
            {
                uses.Add(Role.Generic, argument[(equals + 1)..], name);
            }
            else if (argument[1] != '-' && StuckPath(argument[2..]) is { } path)
            {
                uses.Add(Role.Generic, path, name);
            }

            return at;
        }

        if (role is Role.NamedText or Role.NamedFile)
        {
            uses.Add(role == Role.NamedFile ? Role.Read : Role.Text, at + 2 < argv.Count ? argv[at + 2] : "", name);
            return at + 2;
        }

        if (equals > 0)
        {
            uses.Add(role, argument[(equals + 1)..], name);
            return at;
        }

        if (!profile.TakesValue(name) || at + 1 >= argv.Count)
        {
            uses.Add(role, "", name);
            return at;
        }

        uses.Add(role, argv[at + 1], name);
        return name == written ? After(argv, at) : at;
    }

    // Some programs take what looks like an option for a value, others do not; read as an option too, it can not hide.
    // The same goes for a value behind a name that may be a shortened one, or another option altogether.
    static int After(IReadOnlyList<string> argv, int at) => argv[at + 1] is ['-', _, ..] ? at : at + 1;

    static int ReadCluster(ProgramProfile profile, IReadOnlyList<string> argv, int at, ArgumentUses uses)
    {
        var argument = argv[at];
        for (var i = 1; i < argument.Length; i++)
        {
            var name = $"-{argument[i]}";
            uses.Seen.Add(name);
            if (profile.RoleOf(name) is not { } role)
            {
                if (argument[i] is '/' or '~' or '.')
                {
                    return at;
                }

                if (i == 1 && argument.Length > 2 && StuckPath(argument[2..]) is { } path)
                {
                    // -I../include: a value that is stuck to an option we do not know; or more options, the last with a value (-rf/etc/x).
                    uses.Add(Role.Generic, path, name);
                }

                continue;
            }

            if (!profile.TakesValue(name))
            {
                uses.Add(role, "", name);
                continue;
            }

            if (i + 1 < argument.Length)
            {
                uses.Add(role, argument[(i + 1)..], name);
                if (profile.IsAmbiguous(name))
                {
                    continue;
                }

                return at;
            }

            uses.Add(role, at + 1 < argv.Count ? argv[at + 1] : "", name);
            return at + 1 < argv.Count ? After(argv, at) : at;
        }

        return at;
    }

    static string? StuckPath(string value)
    {
        var parent = value.IndexOf("..", StringComparison.Ordinal);
        return parent > 0 && value[parent - 1] != '/' && !value.AsSpan(0, parent).Contains('/') ? value[parent..]
            : value.Contains('/') || value.StartsWith('~') ? value
            : null;
    }
}

/// <summary>What the arguments of one command do.</summary>
sealed class ArgumentUses
{
    public List<string> Operands { get; } = [];

    /// <summary>Options that were given, by their full names.</summary>
    public List<string> Seen { get; } = [];

    /// <summary>Name patterns of a search.</summary>
    public IReadOnlyList<string> Found { get; set; } = [];

    public List<(Role Role, string Value, string Option)> Values { get; } = [];

    /// <summary>The command as rules compare it, where that differs from what was written: <c>git -C src log</c> is <c>git log</c>.</summary>
    public IReadOnlyList<string>? NormalArgv { get; set; }

    public void Add(Role role, string value, string option) => Values.Add((role, value, option));

    public bool Has(string option) => Seen.Contains(option, StringComparer.Ordinal);
}
