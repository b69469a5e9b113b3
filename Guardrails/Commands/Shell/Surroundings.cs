using System.Runtime.CompilerServices;

namespace Agent.Guardrails.Commands.Shell;

/// <summary>What is known of variables and the current directory at a place of a command line. Where several values are possible all are kept.</summary>
sealed class Surroundings
{
    const int MostValues = 64;
    const int MostExpanded = 4 * 1024 * 1024;

    static readonly string[] Numbers = ["?", "#", "$", "!", "RANDOM", "SECONDS", "LINENO", "UID", "EUID", "PPID", "BASHPID", "EPOCHSECONDS", "SHLVL"];

    readonly Dictionary<string, HashSet<string>?> _values = new(StringComparer.Ordinal);

    IReadOnlyCollection<string>? _previous;
    StrongBox<int> _expanded = new();

    public List<string> Directories { get; private init; } = [];

    /// <summary>Where <c>cd -</c> leads; null where that is not known. Whoever sets OLDPWD sets it.</summary>
    public IReadOnlyCollection<string>? Previous => _values.ContainsKey("OLDPWD") ? null : _previous;

    /// <summary>Grows with each new value: a loop is read again until it no longer does.</summary>
    public int Changes { get; private set; }

    public Surroundings Copy()
    {
        var copy = new Surroundings { Directories = [.. Directories], _previous = _previous, _expanded = _expanded };
        foreach (var (name, values) in _values)
        {
            copy._values[name] = values is null ? null : [.. values];
        }

        return copy;
    }

    /// <summary>Counts what variables put into words: <c>x=$x$x</c>, twenty times over, is a line of some bytes and a value of a million.</summary>
    public void Expanded(int characters)
    {
        if ((_expanded.Value += characters) > MostExpanded)
        {
            throw new NotUnderstoodException("its variables grow too long");
        }
    }

    /// <param name="certain">This assignment is made for sure: earlier values are gone.</param>
    public void Set(string name, IEnumerable<string>? values, bool certain)
    {
        if (values is null)
        {
            Changes += _values.TryGetValue(name, out var known) && known is null ? 0 : 1;
            _values[name] = null;
            return;
        }

        if (certain || !_values.TryGetValue(name, out var old))
        {
            // Not set before: the environment may have a value, but then no rule lets a name of the environment be set half-way.
            _values[name] = [.. values];
            Changes++;
        }
        else if (old is not null)
        {
            var before = old.Count;
            old.UnionWith(values);
            Changes += old.Count - before;
        }

        if (_values[name]?.Count > MostValues)
        {
            _values[name] = null;
        }
    }

    /// <summary>All values a variable may have; null if they are not known.</summary>
    public IReadOnlyCollection<string>? Get(string name)
    {
        if (_values.TryGetValue(name, out var values))
        {
            return values;
        }

        if (Numbers.Contains(name, StringComparer.Ordinal))
        {
            return ["0"];
        }

        return name switch
        {
            "HOME" => ["~"],
            "PWD" => Directories,
            "IFS" => throw new NotUnderstoodException("it uses $IFS, which hides where words end"),
            "@" or "*" => [""],
            _ when LooksSecret(name) => throw new NotUnderstoodException($"it uses ${name}, which may hold a secret"),
            _ => null,
        };
    }

    static bool LooksSecret(string name)
    {
        var upper = name.ToUpperInvariant();
        return ((string[])["KEY", "TOKEN", "SECRET", "PASS", "CRED", "AUTH", "COOKIE", "PRIVATE"]).Any(word => upper.Contains(word, StringComparison.Ordinal));
    }

    public void Enter(IReadOnlyCollection<string> directories, bool certain)
    {
        _previous = [.. Directories.Union(_previous ?? [], StringComparer.Ordinal)];
        if (certain)
        {
            Directories.Clear();
        }

        foreach (var directory in directories.Where(directory => !Directories.Contains(directory, StringComparer.Ordinal)))
        {
            Directories.Add(directory);
            Changes++;
        }

        if (Directories.Count > 8)
        {
            throw new NotUnderstoodException("it changes directories too often");
        }
    }
}
