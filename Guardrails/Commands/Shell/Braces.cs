using System.Globalization;

namespace Agent.Guardrails.Commands.Shell;

/// <summary><c>a{b,c}d</c> and <c>{1..3}</c>, as bash expands them; a shell that does not takes the word as text, which names nothing that exists.</summary>
static class Braces
{
    const int Most = 256;

    public static IReadOnlyList<IReadOnlyList<Atom>> Expand(IReadOnlyList<Atom> atoms)
    {
        var done = new List<IReadOnlyList<Atom>>();
        Expand(atoms, 0, done);
        return done;
    }

    static void Expand(IReadOnlyList<Atom> atoms, int from, List<IReadOnlyList<Atom>> done)
    {
        for (var open = from; open < atoms.Count; open++)
        {
            if (!Is(atoms[open], '{') || Choices(atoms, open) is not { } found)
            {
                continue;
            }

            foreach (var choice in found.Choices)
            {
                Expand([.. atoms.Take(open), .. choice, .. atoms.Skip(found.Close + 1)], open, done);
            }

            return;
        }

        if (done.Count >= Most)
        {
            throw new NotUnderstoodException($"its braces stand for more than {Most} words");
        }

        done.Add(atoms);
    }

    static (List<IReadOnlyList<Atom>> Choices, int Close)? Choices(IReadOnlyList<Atom> atoms, int open)
    {
        var depth = 0;
        var start = open + 1;
        var choices = new List<IReadOnlyList<Atom>>();
        for (var i = open + 1; i < atoms.Count; i++)
        {
            if (Is(atoms[i], '{'))
            {
                depth++;
            }
            else if (Is(atoms[i], '}') && depth > 0)
            {
                depth--;
            }
            else if (Is(atoms[i], ',') && depth == 0)
            {
                choices.Add([.. atoms.Skip(start).Take(i - start)]);
                start = i + 1;
            }
            else if (Is(atoms[i], '}'))
            {
                if (choices.Count == 0)
                {
                    return Range([.. atoms.Skip(start).Take(i - start)]) is { } range ? (range, i) : null;
                }

                choices.Add([.. atoms.Skip(start).Take(i - start)]);
                return (choices, i);
            }
        }

        return null;
    }

    static List<IReadOnlyList<Atom>>? Range(IReadOnlyList<Atom> atoms)
    {
        if (atoms.Any(atom => atom.Piece is not null || atom.IsQuoted))
        {
            return null;
        }

        var parts = string.Concat(atoms.Select(atom => atom.Character)).Split("..");
        if (parts.Length is < 2 or > 3)
        {
            return null;
        }

        var isLetters = parts[0].Length == 1 && parts[1].Length == 1 && char.IsAsciiLetter(parts[0][0]) && char.IsAsciiLetter(parts[1][0]);
        if (!isLetters && !(int.TryParse(parts[0], CultureInfo.InvariantCulture, out _) && int.TryParse(parts[1], CultureInfo.InvariantCulture, out _)))
        {
            return null;
        }

        long first = isLetters ? parts[0][0] : int.Parse(parts[0], CultureInfo.InvariantCulture);
        long last = isLetters ? parts[1][0] : int.Parse(parts[1], CultureInfo.InvariantCulture);
        if (Math.Abs(last - first) >= Most || parts.Length == 3)
        {
            throw new NotUnderstoodException("its braces stand for too long a range");
        }

        var step = first <= last ? 1 : -1;
        var values = new List<IReadOnlyList<Atom>>();
        for (var value = first; value != last + step; value += step)
        {
            var text = isLetters ? ((char)value).ToString() : value.ToString(CultureInfo.InvariantCulture);
            values.Add([.. text.Select(character => new Atom(character, IsQuoted: false))]);
        }

        return values;
    }

    static bool Is(Atom atom, char character) => atom is { Piece: null, IsQuoted: false } && atom.Character == character;
}
