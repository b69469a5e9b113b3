using Agent.Guardrails.Commands.Programs;
using Agent.Guardrails.Commands.Shell;

namespace Agent.Guardrails.Commands;

/// <summary>Says what one command does: its hazards, the files and URLs it names, what it prints.</summary>
sealed class Description(Invocation invocation, IReadOnlyList<string> argv, IReadOnlyList<Hazard> more)
{
    static readonly string[] BuildSwitches = ["/p:", "/property:", "/m", "/maxcpucount", "/nologo", "/v:", "/verbosity:", "/t:", "/target:", "/restore", "/nr:", "/clp:", "/warnaserror"];

    readonly List<Hazard> _hazards = [.. more];
    readonly string _program = ProgramTable.NameOf(argv[0]);

    public Stream Add(Stream input)
    {
        var profile = ProgramTable.Of(_program);
        var uses = _program switch
        {
            "git" => GitCommands.Read(invocation, argv, _hazards),
            "find" => FindCommands.Read(invocation, argv, _hazards),
            _ => ArgumentReader.Read(profile, argv),
        };

        CheckUnknown();
        CheckStreams(profile, uses);
        foreach (var (_, pattern, option) in uses.Values.Where(value => IsSelection(value.Option)).ToList())
        {
            // `grep -r --include=.env`: what is searched for so is read.
            uses.Add(Role.Read, pattern.StartsWith('!') ? "" : FindCommands.Pattern(pattern), option);
        }

        foreach (var (role, value, option) in uses.Values)
        {
            Use(role, value, option);
        }

        UseOperands(_program switch { "git" or "find" => Operands.Text, _ => profile.Operands }, uses);
        ProgramHazards.Find(_program, argv, uses, _hazards, value => Use(Role.Write, value, ""));
        AddModule();
        var shown = uses.NormalArgv ?? argv;
        invocation.Reader.AddCommand(new SimpleCommand(
            [.. shown.Select(Marks.Shown)], string.Join(' ', argv.Select(Marks.Shown)), _hazards));
        return Outputs.Of(_program, shown, uses, input);
    }

    // `python -m pytest …` is judged by the name it is given; its arguments are also read as those of pytest.
    void AddModule()
    {
        var at = _program is "python" or "python3" ? argv.TakeWhile((word, i) => i == 0 || word is not "-m").Count() : argv.Count;
        if (at + 1 < argv.Count && argv[at + 1] != _program && ProgramTable.Of(argv[at + 1]) is { Operands: Operands.Generic } module)
        {
            IReadOnlyList<string> words = argv.Skip(at + 1).ToArray();
            var uses = ArgumentReader.Read(module, words);
            foreach (var (role, value, option) in uses.Values)
            {
                Use(role, value, option);
            }

            Each(uses.Operands, Role.Generic);
            ProgramHazards.Find(words[0], words, uses, _hazards, value => Use(Role.Write, value, ""));
        }
    }

    bool IsSelection(string option) => _program switch
    {
        "grep" or "egrep" or "fgrep" => option is "--include",
        "rg" => option is "-g" or "--glob" or "--iglob",
        _ => false,
    };

    void CheckUnknown()
    {
        foreach (var argument in argv.Skip(1))
        {
            if (Marks.IsKnown(argument) || (ProgramTable.TakesAnyText(_program) && !IsRisky(argument)))
            {
                continue;
            }

            // Alone: stuck to other text an empty list leaves that text, such as a slash.
            if (ProgramTable.TakesListings(_program) && argument is [Marks.Listing])
            {
                continue;
            }

            _hazards.Add(new Hazard("unknown-value", $"An argument of `{_program}` is not known before it runs."));
            return;
        }
    }

    // A filter may read from a pipe; what a build tool or an interpreter reads there are its orders.
    void CheckStreams(ProgramProfile profile, ArgumentUses uses)
    {
        if (profile.Operands is Operands.Generic or Operands.Unknown && _program is not ("git" or "tar")
            && (argv.Any(word => word.Contains(Marks.Pipe) || word.Contains("/dev/stdin", StringComparison.Ordinal) || word.Contains("/dev/fd", StringComparison.Ordinal))
                || uses.Values.Exists(value => value.Role is Role.Read or Role.Generic && value.Value == "-")))
        {
            _hazards.Add(new Hazard("reads-commands", $"`{_program}` takes orders from a pipe, where they can not be seen."));
        }
    }

    // printf -v and test -v name variables, and a name can run code; unquoted words could bring such an option in.
    bool IsRisky(string argument) => _program is "printf" or "test" or "[" && argument.Contains(Marks.UnknownWords);

    void UseOperands(Operands kind, ArgumentUses uses)
    {
        var operands = uses.Operands;
        if (_program == "dotnet")
        {
            // MSBuild's switches may begin with a slash.
            operands.RemoveAll(operand => operand.StartsWith('/') && Array.Exists(BuildSwitches, name => operand.StartsWith(name, StringComparison.OrdinalIgnoreCase)));
        }

        switch (kind)
        {
            case Operands.None when operands.Exists(operand => !operand.StartsWith('+')):
                _hazards.Add(new Hazard("changes-machine", $"With an operand `{_program}` sets instead of showing."));
                break;
            case Operands.TextThenRead:
                var hasPattern = uses.Has("-e") || uses.Has("-f") || uses.Has("--regexp") || uses.Has("--file") || uses.Has("--files") || uses.Has("--from-file") || uses.Has("-g") && _program == "ag";
                Each(operands.Skip(hasPattern ? 0 : 1), Role.Read);
                break;
            case Operands.ReadThenWrite:
                Each(operands.Take(1), Role.Read);
                Each(operands.Skip(1), Role.Write);
                break;
            case Operands.Copy:
                var target = uses.Has("-t") || uses.Has("--target-directory") ? operands.Count : Math.Max(0, operands.Count - 1);
                Each(operands.Take(target), Role.Read);
                Each(operands.Skip(target), Role.Write);
                UseCopies(operands.Take(target), target < operands.Count ? operands[^1] : uses.Values.Find(value => value.Role == Role.Write).Value);
                if (_program == "mv")
                {
                    Each(operands.Take(target), Role.Write);
                }

                break;
            case Operands.Text or Operands.None:
                break;
            case Operands.Unknown:
                Each(operands, Role.Generic);
                foreach (var operand in operands.Where(LooksLikePath))
                {
                    invocation.AddPath(isWrite: true, operand);
                }

                break;
            default:
                Each(operands, kind switch { Operands.Read => Role.Read, Operands.Write => Role.Write, Operands.List => Role.List, Operands.Url => Role.Url, _ => Role.Generic });
                break;
        }
    }

    // `cp -r other/.git sub` writes sub/.git.
    void UseCopies(IEnumerable<string> sources, string? target)
    {
        foreach (var source in sources.Where(source => target is not null))
        {
            var name = source.TrimEnd('/');
            name = name[(name.LastIndexOf('/') + 1)..];
            if (name.StartsWith('.') && name is not ("." or ".."))
            {
                Use(Role.Write, $"{target!.TrimEnd('/')}/{name}", "");
            }
        }
    }

    void Each(IEnumerable<string> operands, Role role)
    {
        foreach (var operand in operands)
        {
            Use(role, operand, "");
        }
    }

    void Use(Role role, string value, string option)
    {
        if (role == Role.Hazard)
        {
            _hazards.Add(new Hazard("runs-other-code", $"`{_program} {option}` runs other code, or acts where it can not be seen."));
            return;
        }

        // "-" is a stream; what is not known is a hazard already; a pipe is judged where it is written.
        if (role == Role.Text || value.Length == 0 || value == "-" || !Marks.IsKnown(value) || value.Contains(Marks.Pipe))
        {
            return;
        }

        switch (role)
        {
            case Role.Url:
                invocation.Reader.Facts.Urls.Add(new UrlAccess("GET", value.Contains("://", StringComparison.Ordinal) ? value : "http://" + value));
                break;
            case Role.Generic:
                foreach (var path in Candidates(value).Where(LooksLikePath))
                {
                    invocation.AddPath(isWrite: false, path);
                }

                break;
            case Role.List:
                invocation.AddPath(isWrite: false, value, isListed: true);
                break;
            default:
                invocation.AddPath(role == Role.Write, value);
                break;
        }
    }

    // `--opt=value` and `name:value` carry a path behind their sign; @file is read by many.
    static IEnumerable<string> Candidates(string value)
    {
        yield return value.StartsWith('@') ? value[1..] : value;
        var equals = value.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0)
        {
            yield return value[(equals + 1)..].TrimStart('@');
        }

        var colon = value.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && colon + 1 < value.Length && value[colon + 1] != ':' && !value.Contains("://", StringComparison.Ordinal))
        {
            yield return value[(colon + 1)..];
        }
    }

    static bool LooksLikePath(string value) =>
        (value.Contains('/') || value.StartsWith('~') || value.StartsWith('.') || value.Contains(".env", StringComparison.Ordinal)
            || value.EndsWith(".pem", StringComparison.Ordinal) || value.EndsWith(".key", StringComparison.Ordinal) || value.StartsWith("id_", StringComparison.Ordinal))
        && !value.Contains("://", StringComparison.Ordinal);
}
