using System.Text;
using Agent.Guardrails.Paths;

namespace Agent.Guardrails.Commands.Shell;

/// <summary>Expands words as the shell would, to every list of fields they may become.</summary>
/// <param name="substitute">Judges the script of a substitution and says what it prints, as far as that is known.</param>
sealed class Expander(Surroundings surroundings, IFiles files, Func<Node, string> substitute)
{
    const int MostAlternatives = 256;
    const int MostMatches = 2000;

    /// <summary>All argument lists a command's words may become.</summary>
    public List<List<string>> Lists(IReadOnlyList<Word> words)
    {
        var lists = new List<List<string>> { new() };
        foreach (var word in words)
        {
            foreach (var atoms in Braces.Expand(word.Atoms))
            {
                var alternatives = Fields(atoms, word.HasQuotes);
                if (alternatives.Count == 1)
                {
                    foreach (var list in lists)
                    {
                        list.AddRange(alternatives[0]);
                    }

                    continue;
                }

                if (lists.Count * alternatives.Count > MostAlternatives)
                {
                    throw new NotUnderstoodException("its variables may have too many values");
                }

                lists = [.. lists.SelectMany(list => alternatives.Select(alternative => list.Concat(alternative).ToList()))];
            }
        }

        return lists;
    }

    /// <summary>All values of a word that is not split: an assignment's, a redirect's.</summary>
    public List<string> Values(Word word)
    {
        var values = Alternatives(word.Atoms, splits: false).Select(draft => draft.Whole()).Distinct(StringComparer.Ordinal).ToList();
        return values.Count <= MostAlternatives ? values : throw new NotUnderstoodException("its variables may have too many values");
    }

    List<List<string>> Fields(IReadOnlyList<Atom> atoms, bool hasQuotes) =>
        [.. Alternatives(atoms, splits: true).Select(draft => draft.Fields(hasQuotes).SelectMany(Glob).ToList())];

    List<Draft> Alternatives(IReadOnlyList<Atom> atoms, bool splits)
    {
        var drafts = new List<Draft> { new() };
        foreach (var atom in atoms)
        {
            if (atom.Piece is null)
            {
                var character = atom.IsQuoted ? atom.Character : Active(atom.Character);
                foreach (var draft in drafts)
                {
                    draft.Add(character);
                }

                continue;
            }

            var values = ValuesOf(atom.Piece);
            surroundings.Expanded(drafts.Count * values.Sum(value => value.Length));
            if (drafts.Count * values.Count > MostAlternatives)
            {
                throw new NotUnderstoodException("its variables may have too many values");
            }

            if (values.Count == 1)
            {
                foreach (var draft in drafts)
                {
                    draft.AddValue(values[0], splits && !atom.IsQuoted);
                }
            }
            else
            {
                drafts = [.. drafts.SelectMany(draft => values.Select(value => draft.Copy().AddValue(value, splits && !atom.IsQuoted)))];
            }
        }

        return drafts;
    }

    static char Active(char character) => character switch { '*' => Marks.Star, '?' => Marks.One, '[' => Marks.Bracket, _ => character };

    List<string> ValuesOf(Piece piece)
    {
        switch (piece)
        {
            case CommandPiece command:
                return [substitute(command.Script)];
            case ProcessPiece process:
                substitute(process.Script);
                return [Marks.Pipe.ToString()];
            case NumberPiece number:
                foreach (var name in number.Names)
                {
                    if (surroundings.Get(name) is not { } values || values.Any(value => value.Length == 0 || !value.All(char.IsAsciiDigit)))
                    {
                        throw new NotUnderstoodException($"its arithmetic uses {name}, which may be no number");
                    }
                }

                return ["0"];
            case VariablePiece variable:
                return ValuesOf(variable);
            default:
                throw new NotUnderstoodException("it holds an expansion that is not taken");
        }
    }

    List<string> ValuesOf(VariablePiece variable)
    {
        var argument = variable.Argument is null ? [] : Values(variable.Argument);
        var values = surroundings.Get(variable.Name);
        return variable.Operator switch
        {
            "" => values is null ? [Marks.Unknown.ToString()] : [.. values],
            "length" => ["0"],
            ":-" or "-" => [.. (values ?? [Marks.Unknown.ToString()]).Where(value => value.Length > 0), .. argument],
            ":+" or "+" => ["", .. argument],
            ":=" => throw new NotUnderstoodException("`${…:=…}` assigns where it reads"),

            // What is cut off a value is not worked out.
            _ => [Marks.Unknown.ToString()],
        };
    }

    IEnumerable<string> Glob(string field)
    {
        if (!Marks.HasWildcard(field))
        {
            return [field];
        }

        if (!Marks.IsKnown(field))
        {
            return [field];
        }

        if (field.Length > 1 && field[0] == '-' && Marks.HasWildcard(field[1..2]))
        {
            throw new NotUnderstoodException($"`{Marks.Written(field)}` may become an option, by the name of some file");
        }

        var matches = surroundings.Directories.SelectMany(directory => PathGlob.Expand(field, directory, files)).Distinct(StringComparer.Ordinal).Take(MostMatches + 1).ToList();
        if (matches.Count > MostMatches)
        {
            throw new NotUnderstoodException($"`{Marks.Written(field)}` matches more than {MostMatches} files");
        }

        // The pattern itself stays: what it may match tomorrow is judged too.
        return [field, .. matches];
    }

    /// <summary>Fields while they are being put together.</summary>
    sealed class Draft
    {
        readonly List<string> _done = [];
        readonly StringBuilder _current = new();
        bool _begun;

        public Draft Copy()
        {
            var copy = new Draft { _begun = _begun };
            copy._done.AddRange(_done);
            copy._current.Append(_current);
            return copy;
        }

        public void Add(char character)
        {
            _current.Append(character);
            _begun = true;
        }

        public Draft AddValue(string value, bool splits)
        {
            if (!splits)
            {
                _current.Append(value);
                _begun |= value.Length > 0;
                return this;
            }

            foreach (var character in value)
            {
                if (character is ' ' or '\t' or '\n')
                {
                    End();
                }
                else
                {
                    Add(character == Marks.Unknown ? Marks.UnknownWords : Active(character));
                }
            }

            return this;
        }

        public string Whole() => string.Join(' ', [.. _done, _current.ToString()]);

        public IEnumerable<string> Fields(bool hasQuotes)
        {
            if (_begun || (hasQuotes && _done.Count == 0))
            {
                return [.. _done, _current.ToString()];
            }

            return _done;
        }

        void End()
        {
            if (_begun)
            {
                _done.Add(_current.ToString());
                _current.Clear();
                _begun = false;
            }
        }
    }
}
