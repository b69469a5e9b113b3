namespace Agent.Guardrails.Rules;

/// <summary>The first words of a command, each a word or a glob: <c>git status</c> matches <c>git status -s</c>, not <c>git push</c>.</summary>
sealed class CommandPattern
{
    readonly Glob[] _words;

    CommandPattern(string text, Glob[] words)
    {
        Text = text;
        _words = words;
    }

    public string Text { get; }

    /// <summary>What the first words must match: rules are found by them.</summary>
    public IReadOnlyList<Glob> Words => _words;

    public static CommandPattern Parse(string text) =>
        new(text, [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Glob.Parse)]);

    public bool Matches(IReadOnlyList<string> argv, bool exactly)
    {
        if (argv.Count < _words.Length || (exactly && argv.Count != _words.Length))
        {
            return false;
        }

        for (var i = 0; i < _words.Length; i++)
        {
            if (!_words[i].Matches(argv[i]))
            {
                return false;
            }
        }

        return true;
    }
}
