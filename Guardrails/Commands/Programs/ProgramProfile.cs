namespace Agent.Guardrails.Commands.Programs;

/// <summary>What an argument is to a program.</summary>
enum Role
{
    /// <summary>Words, numbers, patterns: no file.</summary>
    Text,

    Read,

    Write,

    /// <summary>Only its name, size or date is shown.</summary>
    List,

    /// <summary>Read, if it looks like a path.</summary>
    Generic,

    /// <summary>Runs other code, or sends things elsewhere.</summary>
    Hazard,

    Url,

    /// <summary>Two values follow: a name, and a text.</summary>
    NamedText,

    /// <summary>Two values follow: a name, and a file.</summary>
    NamedFile,

    /// <summary>No value and no harm; named so that it is not taken for the beginning of a longer option.</summary>
    Flag,
}

/// <summary>How the operands of a program are to be taken.</summary>
enum Operands
{
    Text,
    Read,
    Write,
    List,
    Generic,

    /// <summary>The first is a pattern or script, the others are read.</summary>
    TextThenRead,

    /// <summary>The first is read, the second written.</summary>
    ReadThenWrite,

    /// <summary>All but the last are read, the last is written.</summary>
    Copy,

    /// <summary>There should be none: with one the program does something else.</summary>
    None,

    Url,

    /// <summary>Not known: what looks like a path may be read or written.</summary>
    Unknown,
}

/// <summary>What a program's options and operands do, as far as it matters here. Written as
/// <c>sort read -k:t -o:w --compress-program:x</c>: an option takes no value unless it says which kind; <c>--stat:t=</c> takes one only behind its equals sign.</summary>
sealed class ProgramProfile
{
    readonly Dictionary<string, Role> _valued = new(StringComparer.Ordinal);
    readonly HashSet<string> _hazards = new(StringComparer.Ordinal);
    readonly HashSet<string> _attached = new(StringComparer.Ordinal);
    readonly string[] _long;

    ProgramProfile(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Name = words[0];
        Operands = Enum.Parse<Operands>(words[1]);
        foreach (var word in words.Skip(2))
        {
            var colon = word.LastIndexOf(':');
            if (colon < 0)
            {
                _hazards.Add(word);
                continue;
            }

            if (word.EndsWith('='))
            {
                _attached.Add(word[..colon]);
            }

            _valued[word[..colon]] = word[(colon + 1)..].TrimEnd('=') switch
            {
                "t" => Role.Text,
                "r" => Role.Read,
                "w" => Role.Write,
                "l" => Role.List,
                "g" => Role.Generic,
                "u" => Role.Url,
                "nt" => Role.NamedText,
                "nr" => Role.NamedFile,
                "x" => Role.Hazard,
                "f" => Role.Flag,
                var other => throw new ArgumentException($"{Name}: {other} is no role.", nameof(line)),
            };
        }

        _long = [.. _valued.Where(option => option.Value != Role.Flag).Select(option => option.Key).Concat(_hazards).Where(option => option.StartsWith("--", StringComparison.Ordinal))];
        SingleDash = _valued.Keys.Concat(_hazards).Any(option => option.Length > 2 && option[0] == '-' && option[1] != '-');
    }

    public string Name { get; }

    public Operands Operands { get; }

    /// <summary>Long options have one dash, as with find and go.</summary>
    public bool SingleDash { get; }

    /// <summary>A letter that means another thing to each subcommand: what is stuck to it may be its value, or more letters.</summary>
    public bool IsAmbiguous(string option) => Name == "git" && option is "-n" or "-c" or "-l";

    public static ProgramProfile Parse(string line) => new(line);

    /// <summary>What an option does: null, if it takes no value and does no harm.</summary>
    public Role? RoleOf(string option) =>
        _hazards.Contains(option) ? Role.Hazard : _valued.TryGetValue(option, out var role) && role != Role.Flag ? role : null;

    /// <summary>Whether the next argument is the option's value; a hazard without one does not take it.</summary>
    public bool TakesValue(string option) => _valued.TryGetValue(option, out var role) && role != Role.Flag && !_attached.Contains(option);

    /// <summary>The full name of a long option that may be shortened; the shortest harm counts.</summary>
    public string Full(string option)
    {
        if (_valued.ContainsKey(option) || _hazards.Contains(option) || option.Length < 4)
        {
            return option;
        }

        return _long.Where(candidate => candidate.StartsWith(option, StringComparison.Ordinal))
            .OrderByDescending(candidate => RoleOf(candidate) == Role.Hazard)
            .FirstOrDefault() ?? option;
    }
}
