using System.Text.RegularExpressions;

namespace Agent.Guardrails.Commands.Shell;

/// <summary>Reads a command line as a POSIX shell would, with what bash adds where both agree on the meaning. Anything else is refused, never guessed.</summary>
sealed partial class ShellParser
{
    const int LongestLine = 65_536;

    static readonly HashSet<string> Closing = ["then", "elif", "else", "fi", "do", "done", "esac", "}", "]]", "in"];

    readonly WordReader _words;
    readonly Cursor _cursor;

    ShellParser(string text, int depth)
    {
        _cursor = new Cursor(text, depth);
        _words = new WordReader(_cursor);
    }

    /// <exception cref="NotUnderstoodException">The line holds something that can not be judged.</exception>
    public static Node Parse(string text, int depth = 0)
    {
        if (text.Length > LongestLine)
        {
            throw new NotUnderstoodException("it is longer than 65536 characters");
        }

        var parser = new ShellParser(text, depth);
        var node = parser.ParseList();
        parser.RefuseOpenDocuments();
        return parser._cursor.AtEnd ? node : throw new NotUnderstoodException($"`{parser._cursor.Current}` stands where no command can end");
    }

    /// <summary>The inside of <c>$(…)</c>: up to its closing parenthesis, which is taken.</summary>
    public static Node ParseInner(Cursor cursor)
    {
        var parser = new ShellParser(cursor.Text, cursor.Depth + 1);
        parser._cursor.Position = cursor.Position;
        var node = parser.ParseList();
        parser.RefuseOpenDocuments();
        parser._cursor.Expect(')');
        cursor.Position = parser._cursor.Position;
        return node;
    }

    void RefuseOpenDocuments()
    {
        if (_words.HasOpenDocuments)
        {
            throw new NotUnderstoodException("a here-document is never closed");
        }
    }

    Sequence ParseList()
    {
        var nodes = new List<Node>();
        while (true)
        {
            SkipSeparators();
            if (_cursor.AtEnd || _cursor.Current is ')' || AtCaseEnd() || IsClosing(PeekWord()))
            {
                return new Sequence(nodes);
            }

            nodes.Add(ParseAndOr());
            _words.SkipBlanks();
            if (_cursor.AtEnd || _cursor.Current is ')' || AtCaseEnd())
            {
                return new Sequence(nodes);
            }

            if (_cursor.Current is not (';' or '&' or '\n'))
            {
                throw new NotUnderstoodException($"`{_cursor.Current}` stands where a command should end");
            }

            TakeNewlineOrSkip();
        }
    }

    void SkipSeparators()
    {
        while (true)
        {
            _words.SkipBlanks();
            if (_cursor.AtEnd || AtCaseEnd() || _cursor.Current is not ('\n' or ';'))
            {
                return;
            }

            TakeNewlineOrSkip();
        }
    }

    void TakeNewlineOrSkip()
    {
        if (_cursor.Current == '\n')
        {
            _cursor.Position++;
            _words.ReadHereDocuments();
        }
        else
        {
            _cursor.Position++;
        }
    }

    bool AtCaseEnd() => _cursor.Current == ';' && _cursor.Next == ';';

    Node ParseAndOr()
    {
        var left = ParsePipeline();
        while (true)
        {
            _words.SkipBlanks();
            var and = _cursor.Current == '&' && _cursor.Next == '&';
            var or = _cursor.Current == '|' && _cursor.Next == '|';
            if (!and && !or)
            {
                return left;
            }

            _cursor.Position += 2;
            SkipNewlines();
            left = new AndOr(left, and, ParsePipeline());
        }
    }

    Node ParsePipeline()
    {
        _words.SkipBlanks();
        while (PeekWord() == "!")
        {
            TakeWord();
        }

        SkipTime();

        var stages = new List<Node> { ParseCommand() };
        while (true)
        {
            _words.SkipBlanks();
            if (_cursor.Current != '|' || _cursor.Next == '|')
            {
                return stages.Count == 1 ? stages[0] : new Pipeline(stages);
            }

            _cursor.Position += _cursor.Next == '&' ? 2 : 1;
            SkipNewlines();
            stages.Add(ParseCommand());
        }
    }

    // `time ( … )`: before a group or a loop it is a word of the shell; before a command it is taken off like other wrappers.
    void SkipTime()
    {
        var start = _cursor.Position;
        if (PeekWord() != "time")
        {
            return;
        }

        TakeWord();
        if (PeekWord() == "-p")
        {
            TakeWord();
        }

        _words.SkipBlanks();
        if (_cursor.Current != '(' && PeekWord() is not ("{" or "if" or "while" or "until" or "for" or "case" or "[["))
        {
            _cursor.Position = start;
        }
    }

    Node ParseCommand()
    {
        using var level = _cursor.Deeper();
        _words.SkipBlanks();
        if (_cursor.Current == '(')
        {
            if (_cursor.Next == '(')
            {
                throw new NotUnderstoodException("`((` is arithmetic for one shell and commands for another");
            }

            _cursor.Position++;
            var inner = ParseList();
            _cursor.Expect(')');
            return new Compound([inner], ParseRedirects(), Repeats: false, IsSubshell: true, IsConditional: false);
        }

        return PeekWord() switch
        {
            "{" => ParseGroup(),
            "if" => ParseIf(),
            "while" or "until" => ParseWhile(),
            "for" => ParseFor(),
            "case" => ParseCase(),
            "[[" => ParseCondition(),
            "function" or "select" or "coproc" => throw new NotUnderstoodException($"`{PeekWord()}` is not taken: write the commands out"),
            { } word when IsClosing(word) => throw new NotUnderstoodException($"`{word}` stands where a command should be"),
            _ => ParseSimple(),
        };
    }

    Compound ParseGroup()
    {
        TakeWord();
        var inner = ParseList();
        ExpectWord("}");
        return new Compound([inner], ParseRedirects(), Repeats: false, IsSubshell: false, IsConditional: false);
    }

    Compound ParseIf()
    {
        var parts = new List<Node>();
        TakeWord();
        parts.Add(ParseList());
        ExpectWord("then");
        parts.Add(ParseList());
        while (PeekWord() == "elif")
        {
            TakeWord();
            parts.Add(ParseList());
            ExpectWord("then");
            parts.Add(ParseList());
        }

        if (PeekWord() == "else")
        {
            TakeWord();
            parts.Add(ParseList());
        }

        ExpectWord("fi");
        return new Compound(parts, ParseRedirects(), Repeats: false, IsSubshell: false, IsConditional: true);
    }

    Compound ParseWhile()
    {
        TakeWord();
        var condition = ParseList();
        ExpectWord("do");
        var body = ParseList();
        ExpectWord("done");
        return new Compound([condition, body], ParseRedirects(), Repeats: true, IsSubshell: false, IsConditional: true);
    }

    ForLoop ParseFor()
    {
        TakeWord();
        _words.SkipBlanks();
        var values = new List<Word>();
        var name = _cursor.Current == '(' ? ReadCount(values) : ReadValues(values);
        SkipSeparators();
        ExpectWord("do");
        var body = ParseList();
        ExpectWord("done");
        return new ForLoop(name, values, body, ParseRedirects());
    }

    string ReadValues(List<Word> values)
    {
        var name = TakeWord();
        if (!WordReader.IsName(name))
        {
            throw new NotUnderstoodException($"`{name}` is no name for a loop's variable");
        }

        SkipNewlines();
        ExpectWord("in");
        _words.SkipBlanks();
        while (!_cursor.AtEnd && _cursor.Current is not (';' or '\n'))
        {
            values.Add(_words.Read());
            _words.SkipBlanks();
        }

        return name;
    }

    // Arithmetic can run code by a subscript or by the value of a name; counting from number to number can not.
    string ReadCount(List<Word> values)
    {
        var count = Counting().Match(_cursor.Text, _cursor.Position);
        if (!count.Success || count.Index != _cursor.Position)
        {
            throw new NotUnderstoodException("a loop over arithmetic is taken only where it counts from number to number: for ((i=0; i<3; i++))");
        }

        _cursor.Position += count.Length;
        values.Add(new Word([new Atom('0', IsQuoted: false)]));
        return count.Groups["name"].Value;
    }

    [GeneratedRegex(@"\(\( *(?<name>[a-z][a-z0-9_]*) *= *[0-9]+ *; *\k<name> *(?:<=?|>=?|!=) *[0-9]+ *; *(?:\k<name> *(?:\+\+|--|[+-]= *[0-9]+)|(?:\+\+|--)\k<name>) *\)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Counting();

    CaseOf ParseCase()
    {
        TakeWord();
        _words.SkipBlanks();
        var subject = _words.Read();
        SkipNewlines();
        ExpectWord("in");
        var patterns = new List<Word>();
        var bodies = new List<Node>();
        while (true)
        {
            SkipNewlines();
            if (PeekWord() == "esac")
            {
                TakeWord();
                return new CaseOf(subject, patterns, bodies, ParseRedirects());
            }

            if (_cursor.Current == '(')
            {
                _cursor.Position++;
            }

            do
            {
                if (_cursor.Current == '|')
                {
                    _cursor.Position++;
                }

                _words.SkipBlanks();
                patterns.Add(_words.Read());
                _words.SkipBlanks();
            }
            while (_cursor.Current == '|');

            _cursor.Expect(')');
            bodies.Add(ParseList());
            _words.SkipBlanks();
            if (AtCaseEnd())
            {
                _cursor.Position += 2;
                if (_cursor.Current == '&')
                {
                    _cursor.Position++;
                }
            }
        }
    }

    Condition ParseCondition()
    {
        TakeWord();
        var words = new List<Word>();
        while (true)
        {
            SkipNewlines();
            if (_cursor.AtEnd)
            {
                throw new NotUnderstoodException("`[[` is never closed");
            }

            if (_cursor.Current is '(' or ')' or '<' or '>' or '&' or '|')
            {
                _cursor.Position++;
                continue;
            }

            var word = _words.Read();
            if (word.Plain == "]]")
            {
                return new Condition(words);
            }

            if (word.Plain == "=~")
            {
                throw new NotUnderstoodException("`=~` is not taken: use grep");
            }

            words.Add(word);
        }
    }

    Simple ParseSimple()
    {
        var assignments = new List<Assignment>();
        var words = new List<Word>();
        var redirects = new List<Redirect>();
        while (true)
        {
            _words.SkipBlanks();
            if (_words.TryReadRedirect() is { } redirect)
            {
                redirects.Add(redirect);
                continue;
            }

            if (_cursor.AtEnd || _cursor.Current is ';' or '&' or '|' or ')' or '\n')
            {
                break;
            }

            if (_cursor.Current == '(')
            {
                throw new NotUnderstoodException("a function or an array is defined: write the commands out");
            }

            if (words.Count == 0 && _words.TryReadAssignment() is { } assignment)
            {
                assignments.Add(assignment);
                continue;
            }

            words.Add(_words.Read());
        }

        return words.Count + assignments.Count + redirects.Count > 0
            ? new Simple(assignments, words, redirects)
            : throw new NotUnderstoodException("a command is missing");
    }

    List<Redirect> ParseRedirects()
    {
        var redirects = new List<Redirect>();
        while (true)
        {
            _words.SkipBlanks();
            if (_words.TryReadRedirect() is not { } redirect)
            {
                return redirects;
            }

            redirects.Add(redirect);
        }
    }

    void SkipNewlines()
    {
        _words.SkipBlanks();
        while (!_cursor.AtEnd && _cursor.Current == '\n')
        {
            TakeNewlineOrSkip();
            _words.SkipBlanks();
        }
    }

    static bool IsClosing(string? word) => word is not null && Closing.Contains(word) && word is not ("in" or "]]");

    /// <summary>The plain word that comes next, without taking it.</summary>
    string? PeekWord()
    {
        _words.SkipBlanks();
        var start = _cursor.Position;
        var end = start;
        while (end < _cursor.Text.Length && _cursor.Text[end] is not (' ' or '\t' or '\n' or ';' or '&' or '|' or '(' or ')' or '<' or '>' or '"' or '\'' or '\\' or '$' or '`'))
        {
            end++;
        }

        // A word that goes on with a quote or an expansion is not a plain one.
        return end > start && (end == _cursor.Text.Length || _cursor.Text[end] is not ('"' or '\'' or '\\' or '$' or '`')) ? _cursor.Text[start..end] : null;
    }

    string TakeWord()
    {
        var word = PeekWord() ?? throw new NotUnderstoodException("a plain word is missing");
        _cursor.Position += word.Length;
        return word;
    }

    void ExpectWord(string wanted)
    {
        SkipSeparators();
        if (PeekWord() != wanted)
        {
            throw new NotUnderstoodException($"`{wanted}` is missing");
        }

        TakeWord();
    }
}
