using Agent.Guardrails.Paths;

namespace Agent.Guardrails.Rules;

/// <summary>The rules of one kind by what their patterns name: whole names, their beginnings, domains, segments and endings of paths. A rule with a pattern that names nothing is always looked at.</summary>
sealed class RuleIndex
{
    const int StackCharacters = 256;

    readonly Rule[] _all;
    readonly Rule[] _others;
    readonly KeyedRules _names;
    readonly KeyedRules _beginnings;
    readonly KeyedRules _domains;
    readonly KeyedRules _segments;
    readonly KeyedRules _endings;

    public RuleIndex(Rule[] rules)
    {
        _all = rules;
        var keyed = rules.Select(rule => (rule, keys: RuleKeys.Of(rule))).ToArray();
        _others = [.. keyed.Where(pair => pair.keys is null).Select(pair => pair.rule)];
        KeyedRules By(KeyKind kind) => new(keyed.SelectMany(pair => (pair.keys ?? []).Where(key => key.Kind == kind).Select(key => (key.Text, pair.rule))));
        (_names, _beginnings, _domains, _segments, _endings) = (By(KeyKind.Name), By(KeyKind.Beginning), By(KeyKind.Domain), By(KeyKind.Segment), By(KeyKind.Ending));
    }

    public void FindNamed(ReadOnlySpan<char> name, List<Rule> found)
    {
        _names.Add(name, found);
        foreach (var length in _beginnings.Lengths)
        {
            if (length > name.Length)
            {
                break;
            }

            _beginnings.Add(name[..length], found);
        }

        found.AddRange(_others);
    }

    public void FindCommand(IReadOnlyList<string> argv, List<Rule> found)
    {
        FindNamed(argv[0], found);
        if (argv.Count > 1)
        {
            var length = argv[0].Length + 1 + argv[1].Length;
            Span<char> words = length <= StackCharacters ? stackalloc char[StackCharacters] : new char[length];
            words = words[..length];
            argv[0].CopyTo(words);
            words[argv[0].Length] = ' ';
            argv[1].CopyTo(words[(argv[0].Length + 1)..]);
            _names.Add(words, found);
        }
    }

    public void FindHost(ReadOnlySpan<char> host, List<Rule> found)
    {
        _names.Add(host, found);
        for (var dot = host.IndexOf('.'); dot >= 0; dot = host.IndexOf('.'))
        {
            host = host[(dot + 1)..];
            _domains.Add(host, found);
        }

        found.AddRange(_others);
    }

    public void FindPath(in LocatedPath path, List<Rule> found)
    {
        if (path.IsPattern)
        {
            // Any name may come of a wildcard.
            found.AddRange(_all);
            return;
        }

        ReadOnlySpan<char> rest = path.Folded.Absolute;
        foreach (var segment in rest.Split('/'))
        {
            _segments.Add(rest[segment], found);
        }

        var dot = rest.LastIndexOf('.');
        if (dot >= 0)
        {
            _endings.Add(rest[(dot + 1)..], found);
        }

        found.AddRange(_others);
    }

    /// <summary>Rules by one kind of key, found without making a string of what is looked for.</summary>
    sealed class KeyedRules
    {
        readonly Dictionary<string, Rule[]> _rules;
        readonly Dictionary<string, Rule[]>.AlternateLookup<ReadOnlySpan<char>> _lookup;

        public KeyedRules(IEnumerable<(string Key, Rule Rule)> pairs)
        {
            _rules = pairs.GroupBy(pair => pair.Key, pair => pair.Rule, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Distinct().ToArray(), StringComparer.Ordinal);
            _lookup = _rules.GetAlternateLookup<ReadOnlySpan<char>>();
            Lengths = [.. _rules.Keys.Select(key => key.Length).Distinct().Order()];
        }

        /// <summary>Lengths of the keys, shortest first.</summary>
        public int[] Lengths { get; }

        public void Add(ReadOnlySpan<char> key, List<Rule> found)
        {
            if (_rules.Count > 0 && _lookup.TryGetValue(key, out var rules))
            {
                found.AddRange(rules);
            }
        }
    }
}
