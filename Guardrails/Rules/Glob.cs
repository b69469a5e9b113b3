namespace Agent.Guardrails.Rules;

/// <summary>A compiled glob: <c>*</c> and <c>?</c> within a segment, <c>**</c> across, <c>[a-z]</c>; matches without allocating.
/// <c>dir/**</c> also matches <c>dir</c> itself, <c>**/x</c> also <c>x</c>.</summary>
sealed class Glob
{
    readonly Token[] _tokens;
    readonly string _prefix;
    readonly string _suffix;
    readonly string _middle;
    readonly Lazy<Glob> _lower;

    Glob(string text, Token[] tokens)
    {
        Text = text;
        _tokens = tokens;
        _prefix = string.Concat(tokens.TakeWhile(token => token.Kind == TokenKind.Literal).Select(token => token.Character));
        _suffix = string.Concat(tokens.Reverse().TakeWhile(token => token.Kind == TokenKind.Literal).Select(token => token.Character).Reverse());
        _middle = LongestLiteral(tokens);
        _lower = new Lazy<Glob>(() => text.Any(char.IsUpper) ? Parse(text.ToLowerInvariant()) : this);
        if (tokens.Length >= 2 && tokens[^1].Kind == TokenKind.Below)
        {
            _suffix = "";
        }
    }

    enum TokenKind
    {
        Literal,
        One,
        Class,
        Star,

        /// <summary><c>**/</c>: any number of whole directories, none too.</summary>
        Directories,

        /// <summary><c>/**</c> at the end: nothing, or a slash and anything.</summary>
        Below,

        /// <summary><c>**</c> anywhere else: anything.</summary>
        Anything,
    }

    public string Text { get; }

    /// <summary>What every match begins with.</summary>
    public string Prefix => _prefix;

    public bool IsLiteral => _prefix.Length == _tokens.Length;

    /// <summary>One glob per combination of <c>{a,b}</c>.</summary>
    public static IReadOnlyList<Glob> ParseAll(string text) => [.. Alternatives(text).Select(Parse)];

    public static Glob Parse(string text)
    {
        var tokens = new List<Token>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var rest = text.AsSpan(i);
            if (rest.StartsWith("**/") && (i == 0 || text[i - 1] == '/'))
            {
                tokens.Add(new Token(TokenKind.Directories));
                i += 2;
            }
            else if (rest is "/**")
            {
                tokens.Add(new Token(TokenKind.Below));
                i += 2;
            }
            else if (rest.StartsWith("**"))
            {
                tokens.Add(new Token(TokenKind.Anything));
                i += 1;
            }
            else if (text[i] == '*')
            {
                tokens.Add(new Token(TokenKind.Star));
            }
            else if (text[i] == '?')
            {
                tokens.Add(new Token(TokenKind.One));
            }
            else if (text[i] == '[' && text.IndexOf(']', Math.Min(i + 2, text.Length)) is var close && close > 0)
            {
                tokens.Add(new Token(TokenKind.Class, Set: text[(i + 1)..close]));
                i = close;
            }
            else
            {
                tokens.Add(new Token(TokenKind.Literal, text[i]));
            }
        }

        return new Glob(text, [.. tokens]);
    }

    /// <summary>The same in lower case, for values in lower case: comparing without regard to case is slow.</summary>
    public Glob Lower => _lower.Value;

    // Most globs are ruled out by a text they must hold, long before their wildcards are tried.
    public bool Matches(ReadOnlySpan<char> value) =>
        value.StartsWith(_prefix) && value.EndsWith(_suffix) && value.IndexOf(_middle) >= 0 && Matches(_tokens, value);

    static string LongestLiteral(Token[] tokens)
    {
        var longest = "";
        var current = "";
        foreach (var token in tokens)
        {
            current = token.Kind == TokenKind.Literal ? current + token.Character : "";
            longest = current.Length > longest.Length ? current : longest;
        }

        return longest;
    }

    static bool Matches(ReadOnlySpan<Token> tokens, ReadOnlySpan<char> value)
    {
        while (!tokens.IsEmpty)
        {
            var token = tokens[0];
            var rest = tokens[1..];
            switch (token.Kind)
            {
                case TokenKind.Below:
                    return value.IsEmpty || value[0] == '/';
                case TokenKind.Anything when rest.IsEmpty:
                    return true;
                case TokenKind.Anything:
                    for (var i = 0; i <= value.Length; i++)
                    {
                        if (Matches(rest, value[i..]))
                        {
                            return true;
                        }
                    }

                    return false;
                case TokenKind.Directories:
                    if (Matches(rest, value))
                    {
                        return true;
                    }

                    for (var i = 0; i < value.Length; i++)
                    {
                        if (value[i] == '/' && Matches(rest, value[(i + 1)..]))
                        {
                            return true;
                        }
                    }

                    return false;
                case TokenKind.Star:
                    for (var i = 0; i <= value.Length; i++)
                    {
                        if (Matches(rest, value[i..]))
                        {
                            return true;
                        }

                        if (i < value.Length && value[i] == '/')
                        {
                            return false;
                        }
                    }

                    return false;
                default:
                    if (value.IsEmpty || !token.Takes(value[0]))
                    {
                        return false;
                    }

                    tokens = rest;
                    value = value[1..];
                    break;
            }
        }

        return value.IsEmpty;
    }

    static IEnumerable<string> Alternatives(string text)
    {
        var open = text.IndexOf('{', StringComparison.Ordinal);
        var close = open < 0 ? -1 : text.IndexOf('}', open);
        if (close < 0)
        {
            return [text];
        }

        return text[(open + 1)..close].Split(',')
            .SelectMany(choice => Alternatives(text[..open] + choice + text[(close + 1)..]));
    }

    readonly record struct Token(TokenKind Kind, char Character = '\0', string? Set = null)
    {
        public bool Takes(char value) => Kind switch
        {
            TokenKind.One => value != '/',
            TokenKind.Class => value != '/' && InSet(value),
            _ => value == Character,
        };

        bool InSet(char value)
        {
            var set = Set.AsSpan();
            var negated = set.Length > 0 && set[0] is '!' or '^';
            set = negated ? set[1..] : set;
            var found = false;
            for (var i = 0; i < set.Length; i++)
            {
                if (i + 2 < set.Length && set[i + 1] == '-')
                {
                    found |= value >= set[i] && value <= set[i + 2];
                    i += 2;
                }
                else
                {
                    found |= set[i] == value;
                }
            }

            return found != negated;
        }
    }
}
