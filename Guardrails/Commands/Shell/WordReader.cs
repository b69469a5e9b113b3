using System.Text;

namespace Agent.Guardrails.Commands.Shell;

/// <summary>Reads words, redirects and here-documents.</summary>
sealed class WordReader(Cursor cursor)
{
    readonly List<(int Slot, string Delimiter, bool IsQuoted, bool StripsTabs, List<Atom> Body)> _waiting = [];

    public static bool IsName(string text) =>
        text.Length > 0 && (char.IsAsciiLetter(text[0]) || text[0] == '_') && text.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');

    /// <summary>Blanks, continued lines and comments.</summary>
    public void SkipBlanks()
    {
        while (true)
        {
            if (cursor.Current is ' ' or '\t')
            {
                cursor.Position++;
            }
            else if (cursor.Current == '\\' && cursor.Next == '\n')
            {
                cursor.Position += 2;
            }
            else if (cursor.Current == '#' && (cursor.Position == 0 || cursor.Text[cursor.Position - 1] is ' ' or '\t' or '\n' or ';' or '&' or '|' or '(' or ')'))
            {
                while (!cursor.AtEnd && cursor.Current != '\n')
                {
                    cursor.Position++;
                }
            }
            else
            {
                return;
            }
        }
    }

    public Word Read()
    {
        using var level = cursor.Deeper();
        var atoms = new List<Atom>();
        var start = cursor.Position;
        var quotes = false;
        while (!cursor.AtEnd)
        {
            var character = cursor.Current;
            if (character is '<' or '>' && cursor.Next == '(')
            {
                cursor.Position += 2;
                atoms.Add(new Atom('\0', IsQuoted: true, new ProcessPiece(ShellParser.ParseInner(cursor))));
                continue;
            }

            if (character is ' ' or '\t' or '\n' or ';' or '&' or '|' or '<' or '>' or '(' or ')')
            {
                break;
            }

            switch (character)
            {
                case '\\':
                    cursor.Position++;
                    if (cursor.AtEnd)
                    {
                        throw new NotUnderstoodException("it ends with a backslash");
                    }

                    if (cursor.Current != '\n')
                    {
                        atoms.Add(new Atom(cursor.Current, IsQuoted: true));
                    }

                    cursor.Position++;
                    break;
                case '\'':
                    quotes = true;
                    ReadSingle(atoms);
                    break;
                case '"':
                    quotes = true;
                    cursor.Position++;
                    ReadDouble(atoms, '"');
                    break;
                case '$':
                    quotes |= cursor.Next == '\'';
                    ExpansionReader.ReadDollar(cursor, atoms, inQuotes: false);
                    break;
                case '`':
                    ExpansionReader.ReadBackticks(cursor, atoms, inQuotes: false);
                    break;
                default:
                    atoms.Add(new Atom(character, IsQuoted: false));
                    cursor.Position++;
                    break;
            }
        }

        return cursor.Position > start ? new Word(atoms) { HasQuotes = quotes } : throw new NotUnderstoodException("a word is missing");
    }

    /// <summary>The inside of double quotes up to <paramref name="end"/>; of a here-document's body, if <paramref name="end"/> is the end of the text.</summary>
    public void ReadDouble(List<Atom> atoms, char end)
    {
        while (true)
        {
            if (cursor.AtEnd)
            {
                if (end == '\0')
                {
                    return;
                }

                throw new NotUnderstoodException("a double quote is never closed");
            }

            switch (cursor.Current)
            {
                case '"' when end == '"':
                    cursor.Position++;
                    return;
                case '\\' when cursor.Next is '$' or '`' or '\\' || (cursor.Next == '"' && end == '"'):
                    atoms.Add(new Atom(cursor.Next, IsQuoted: true));
                    cursor.Position += 2;
                    break;
                case '\\' when cursor.Next == '\n':
                    cursor.Position += 2;
                    break;
                case '$':
                    ExpansionReader.ReadDollar(cursor, atoms, inQuotes: true);
                    break;
                case '`':
                    ExpansionReader.ReadBackticks(cursor, atoms, inQuotes: true);
                    break;
                default:
                    atoms.Add(new Atom(cursor.Current, IsQuoted: true));
                    cursor.Position++;
                    break;
            }
        }
    }

    /// <summary><c>NAME=word</c> at the beginning of a command; null if the next word is none.</summary>
    public Assignment? TryReadAssignment()
    {
        var end = cursor.Position;
        while (end < cursor.Text.Length && (char.IsAsciiLetterOrDigit(cursor.Text[end]) || cursor.Text[end] == '_'))
        {
            end++;
        }

        var name = cursor.Text[cursor.Position..end];
        if (!IsName(name) || end >= cursor.Text.Length)
        {
            return null;
        }

        if (cursor.Text[end] == '[')
        {
            throw new NotUnderstoodException("an array is used");
        }

        var append = cursor.Text[end] == '+' && end + 1 < cursor.Text.Length && cursor.Text[end + 1] == '=';
        if (!append && cursor.Text[end] != '=')
        {
            return null;
        }

        cursor.Position = end + (append ? 2 : 1);
        if (cursor.Current == '(')
        {
            throw new NotUnderstoodException("an array is used");
        }

        var empty = cursor.AtEnd || cursor.Current is ' ' or '\t' or '\n' or ';' or '&' or '|' or ')' or '<' or '>';
        return new Assignment(name, empty ? new Word([]) : Read(), append);
    }

    public Redirect? TryReadRedirect()
    {
        var start = cursor.Position;
        while (char.IsAsciiDigit(cursor.Current))
        {
            cursor.Position++;
        }

        var both = cursor.Current == '&' && cursor.Next == '>' && cursor.Position == start;
        if (!both && (cursor.Current is not ('<' or '>') || (cursor.Next == '(' && cursor.Position == start)))
        {
            cursor.Position = start;
            return null;
        }

        var rest = cursor.Text.AsSpan(cursor.Position);
        var (length, kind) = rest switch
        {
            _ when rest.StartsWith("&>>") => (3, RedirectKind.Write),
            _ when rest.StartsWith("&>") => (2, RedirectKind.Write),
            _ when rest.StartsWith("<<<") => (3, RedirectKind.Text),
            _ when rest.StartsWith("<<-") => (3, RedirectKind.Text),
            _ when rest.StartsWith("<<") => (2, RedirectKind.Text),
            _ when rest.StartsWith("<>") => (2, RedirectKind.ReadWrite),
            _ when rest.StartsWith("<&") => (2, RedirectKind.Duplicate),
            _ when rest.StartsWith(">&") => (2, RedirectKind.Duplicate),
            _ when rest.StartsWith(">>") || rest.StartsWith(">|") => (2, RedirectKind.Write),
            _ when rest.StartsWith(">") => (1, RedirectKind.Write),
            _ => (1, RedirectKind.Read),
        };
        var isDocument = kind == RedirectKind.Text && !rest.StartsWith("<<<");
        var stripsTabs = isDocument && length == 3;
        cursor.Position += length;
        SkipBlanks();
        var word = Read();
        if (!isDocument)
        {
            return new Redirect(kind, word);
        }

        if (word.Atoms.Any(atom => atom.Piece is not null))
        {
            throw new NotUnderstoodException("a here-document's end is not a plain word");
        }

        var body = new List<Atom>();
        _waiting.Add((_waiting.Count, string.Concat(word.Atoms.Select(atom => atom.Character)), word.HasQuotes || word.Atoms.Any(atom => atom.IsQuoted), stripsTabs, body));
        return new Redirect(kind, new Word(body));
    }

    /// <summary>After a newline: the bodies of the here-documents begun on the line before.</summary>
    public void ReadHereDocuments()
    {
        foreach (var (_, delimiter, isQuoted, stripsTabs, body) in _waiting)
        {
            var text = new StringBuilder();
            while (true)
            {
                if (cursor.AtEnd)
                {
                    throw new NotUnderstoodException($"the here-document is never closed by `{delimiter}`");
                }

                var end = cursor.Text.IndexOf('\n', cursor.Position);
                var line = end < 0 ? cursor.Text[cursor.Position..] : cursor.Text[cursor.Position..end];
                cursor.Position = end < 0 ? cursor.Text.Length : end + 1;
                line = stripsTabs ? line.TrimStart('\t') : line;
                if (line == delimiter)
                {
                    break;
                }

                text.Append(line).Append('\n');
            }

            if (isQuoted)
            {
                body.AddRange(text.ToString().Select(character => new Atom(character, IsQuoted: true)));
            }
            else
            {
                new WordReader(new Cursor(text.ToString(), cursor.Depth)).ReadDouble(body, '\0');
            }
        }

        _waiting.Clear();
    }

    public bool HasOpenDocuments => _waiting.Count > 0;

    void ReadSingle(List<Atom> atoms)
    {
        var end = cursor.Text.IndexOf('\'', cursor.Position + 1);
        if (end < 0)
        {
            throw new NotUnderstoodException("a single quote is never closed");
        }

        for (var i = cursor.Position + 1; i < end; i++)
        {
            atoms.Add(new Atom(cursor.Text[i], IsQuoted: true));
        }

        cursor.Position = end + 1;
    }
}
