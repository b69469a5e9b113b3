using System.Globalization;
using System.Text;

namespace Agent.Guardrails.Commands.Shell;

/// <summary>Reads what begins with <c>$</c> or a backtick.</summary>
static class ExpansionReader
{
    public static void ReadDollar(Cursor cursor, List<Atom> atoms, bool inQuotes)
    {
        using var level = cursor.Deeper();
        var next = cursor.Next;
        if (next == '(')
        {
            if (cursor.Position + 2 < cursor.Text.Length && cursor.Text[cursor.Position + 2] == '(')
            {
                atoms.Add(new Atom('\0', inQuotes, ReadArithmetic(cursor)));
                return;
            }

            cursor.Position += 2;
            atoms.Add(new Atom('\0', inQuotes, new CommandPiece(ShellParser.ParseInner(cursor))));
        }
        else if (next == '{')
        {
            cursor.Position += 2;
            atoms.Add(new Atom('\0', inQuotes, ReadBraced(cursor)));
        }
        else if (next == '[')
        {
            throw new NotUnderstoodException("`$[` is arithmetic for one shell and text for another");
        }
        else if (next == '\'' && !inQuotes)
        {
            cursor.Position += 2;
            ReadAnsi(cursor, atoms);
        }
        else if (next == '"' && !inQuotes)
        {
            throw new NotUnderstoodException("`$\"` is translated by one shell and text for another");
        }
        else if (char.IsAsciiLetter(next) || next == '_')
        {
            var start = ++cursor.Position;
            while (char.IsAsciiLetterOrDigit(cursor.Current) || cursor.Current == '_')
            {
                cursor.Position++;
            }

            atoms.Add(new Atom('\0', inQuotes, new VariablePiece(cursor.Text[start..cursor.Position], "", null)));
        }
        else if (char.IsAsciiDigit(next) || next is '?' or '#' or '$' or '!' or '-' or '@' or '*')
        {
            atoms.Add(new Atom('\0', inQuotes, new VariablePiece(next.ToString(), "", null)));
            cursor.Position += 2;
        }
        else
        {
            atoms.Add(new Atom('$', IsQuoted: true));
            cursor.Position++;
        }
    }

    public static void ReadBackticks(Cursor cursor, List<Atom> atoms, bool inQuotes)
    {
        var inner = new StringBuilder();
        for (cursor.Position++; ; cursor.Position++)
        {
            if (cursor.AtEnd)
            {
                throw new NotUnderstoodException("a backtick is never closed");
            }

            if (cursor.Current == '`')
            {
                cursor.Position++;
                break;
            }

            if (cursor.Current == '\\' && (cursor.Next is '`' or '\\' or '$' || (inQuotes && cursor.Next == '"')))
            {
                cursor.Position++;
            }

            inner.Append(cursor.Current);
        }

        atoms.Add(new Atom('\0', inQuotes, new CommandPiece(ShellParser.Parse(inner.ToString(), cursor.Depth + 1))));
    }

    // $((2 * n + 1)): numbers, operators and names. Anything else (subscripts, substitutions, assignments) can run code or is beyond us.
    static NumberPiece ReadArithmetic(Cursor cursor)
    {
        var end = cursor.Text.IndexOf("))", cursor.Position, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new NotUnderstoodException("`$((` is never closed");
        }

        var text = cursor.Text[(cursor.Position + 3)..end];
        var names = new List<string>();
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiLetter(text[i]) || text[i] == '_')
            {
                var start = i;
                while (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] == '_'))
                {
                    i++;
                }

                names.Add(text[start..i]);
                i--;
            }
            else if (!char.IsAsciiDigit(text[i]) && text[i] is not (' ' or '+' or '-' or '*' or '/' or '%' or '(' or ')' or '<' or '>' or '$'))
            {
                throw new NotUnderstoodException("its arithmetic holds more than numbers and plain operators");
            }
            else if (text[i] == '$' && (i + 1 >= text.Length || !(char.IsAsciiLetter(text[i + 1]) || text[i + 1] == '_')))
            {
                throw new NotUnderstoodException("its arithmetic holds more than numbers and plain operators");
            }
        }

        cursor.Position = end + 2;
        return new NumberPiece(names);
    }

    // ${name}, ${#name}, ${name:-word} and its like; ${name[…]}, ${!name} and ${name@P} can run code.
    static VariablePiece ReadBraced(Cursor cursor)
    {
        var length = cursor.Current == '#' && (char.IsAsciiLetterOrDigit(cursor.Next) || cursor.Next == '_');
        if (length)
        {
            cursor.Position++;
        }

        var start = cursor.Position;
        if (cursor.Current is '?' or '#' or '$' or '!' or '-' or '@' or '*')
        {
            cursor.Position++;
        }
        else
        {
            while (char.IsAsciiLetterOrDigit(cursor.Current) || cursor.Current == '_')
            {
                cursor.Position++;
            }
        }

        var name = cursor.Text[start..cursor.Position];
        if (name.Length == 0)
        {
            throw new NotUnderstoodException("`${` is not followed by a name");
        }

        if (cursor.Current == '}')
        {
            cursor.Position++;
            return new VariablePiece(name, length ? "length" : "", null);
        }

        var rest = cursor.Text.AsSpan(cursor.Position);
        var operators = (string[])[":-", ":=", ":+", "-", "+", "%%", "%", "##", "#"];
        var found = length ? null : Array.Find(operators, candidate => cursor.Text.AsSpan(cursor.Position).StartsWith(candidate));
        if (found is null || rest.IsEmpty || name is "!" or "@" or "*")
        {
            throw new NotUnderstoodException($"`${{{name}…}}` uses an expansion that is not taken");
        }

        cursor.Position += found.Length;
        return new VariablePiece(name, found, ReadArgument(cursor));
    }

    static Word ReadArgument(Cursor cursor)
    {
        var atoms = new List<Atom>();
        while (true)
        {
            switch (cursor.Current)
            {
                case '\0' when cursor.AtEnd:
                    throw new NotUnderstoodException("`${` is never closed");
                case '}':
                    cursor.Position++;
                    return new Word(atoms);
                case '$':
                    ReadDollar(cursor, atoms, inQuotes: true);
                    break;
                case '`':
                    ReadBackticks(cursor, atoms, inQuotes: true);
                    break;
                case '\\' or '\'' or '"' or '{':
                    throw new NotUnderstoodException("quotes inside `${…}` are not taken");
                default:
                    atoms.Add(new Atom(cursor.Current, IsQuoted: true));
                    cursor.Position++;
                    break;
            }
        }
    }

    // $'a\tb\x41\u0042': bash decodes it; another shell takes it as text, which is harmless where the decoded form is.
    static void ReadAnsi(Cursor cursor, List<Atom> atoms)
    {
        while (cursor.Current != '\'')
        {
            if (cursor.AtEnd)
            {
                throw new NotUnderstoodException("a single quote is never closed");
            }

            if (cursor.Current != '\\')
            {
                atoms.Add(new Atom(cursor.Current, IsQuoted: true));
                cursor.Position++;
                continue;
            }

            var kind = cursor.Next;
            cursor.Position += 2;
            var (digits, radix) = kind switch { 'x' => (2, 16), 'u' => (4, 16), 'U' => (8, 16), >= '0' and <= '7' => (3, 8), _ => (0, 0) };
            if (radix > 0)
            {
                cursor.Position -= radix == 8 ? 1 : 0;
                AddCode(cursor, atoms, digits, radix);
                continue;
            }

            atoms.Add(new Atom(kind switch { 'n' => '\n', 't' => '\t', '\\' => '\\', '\'' => '\'', '"' => '"', '?' => '?', _ => throw new NotUnderstoodException($"`\\{kind}` in `$'…'` is not taken") }, IsQuoted: true));
        }

        cursor.Position++;
    }

    static void AddCode(Cursor cursor, List<Atom> atoms, int digits, int radix)
    {
        var start = cursor.Position;
        while (cursor.Position - start < digits && (radix == 16 ? char.IsAsciiHexDigit(cursor.Current) : cursor.Current is >= '0' and <= '7'))
        {
            cursor.Position++;
        }

        var text = cursor.Text[start..cursor.Position];
        var code = text.Length == 0 ? 0 : radix == 16 ? int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture) : Convert.ToInt32(text, 8);
        if (code is < 32 or (> 126 and < 160) or > 0xFFFF or (>= 0xD800 and <= 0xDFFF) && code is not (9 or 10))
        {
            throw new NotUnderstoodException("it writes a character by its number that can not be judged");
        }

        atoms.Add(new Atom((char)code, IsQuoted: true));
    }
}
