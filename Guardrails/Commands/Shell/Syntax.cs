namespace Agent.Guardrails.Commands.Shell;

/// <summary>A shell construct this reader does not know: the line is not run.</summary>
sealed class NotUnderstoodException(string why) : Exception(why);

/// <summary>One node of a parsed command line.</summary>
abstract record Node;

/// <summary>Commands one after the other.</summary>
sealed record Sequence(IReadOnlyList<Node> Nodes) : Node;

/// <summary><c>a &amp;&amp; b</c> or <c>a || b</c>.</summary>
sealed record AndOr(Node Left, bool And, Node Right) : Node;

/// <summary><c>a | b | c</c>, at least one command.</summary>
sealed record Pipeline(IReadOnlyList<Node> Stages) : Node;

/// <summary>A program or built-in with what belongs to it.</summary>
sealed record Simple(IReadOnlyList<Assignment> Assignments, IReadOnlyList<Word> Words, IReadOnlyList<Redirect> Redirects) : Node;

/// <summary><c>( … )</c>, <c>{ …; }</c>, <c>if</c>, <c>while</c>: parts that all may run.</summary>
/// <param name="Repeats">May run more than once.</param>
/// <param name="IsSubshell">What it changes stays inside.</param>
sealed record Compound(IReadOnlyList<Node> Parts, IReadOnlyList<Redirect> Redirects, bool Repeats, bool IsSubshell, bool IsConditional) : Node;

/// <summary><c>for name in words; do … done</c>.</summary>
sealed record ForLoop(string Name, IReadOnlyList<Word> Values, Node Body, IReadOnlyList<Redirect> Redirects) : Node;

/// <summary><c>case word in pattern) … ;; esac</c>.</summary>
sealed record CaseOf(Word Subject, IReadOnlyList<Word> Patterns, IReadOnlyList<Node> Bodies, IReadOnlyList<Redirect> Redirects) : Node;

/// <summary><c>[[ … ]]</c>: its words, operators left out.</summary>
sealed record Condition(IReadOnlyList<Word> Words) : Node;

sealed record Assignment(string Name, Word Value, bool Append);

/// <summary><c>2&gt;file</c>; a here-document has its body as target.</summary>
sealed record Redirect(RedirectKind Kind, Word Target);

enum RedirectKind
{
    Read,
    Write,
    ReadWrite,
    Duplicate,
    Text,
}

/// <summary>A word before expansion.</summary>
sealed record Word(IReadOnlyList<Atom> Atoms)
{
    /// <summary>The text, if nothing in it is quoted or expanded: reserved words must be written so.</summary>
    public string? Plain => Atoms.All(atom => atom.Piece is null && !atom.IsQuoted) ? string.Concat(Atoms.Select(atom => atom.Character)) : null;

    public bool HasQuotes { get; init; }
}

/// <summary>One character of a word, or something to be expanded in its place.</summary>
readonly record struct Atom(char Character, bool IsQuoted, Piece? Piece = null);

abstract record Piece;

/// <summary><c>$name</c>, <c>${name:-word}</c>.</summary>
sealed record VariablePiece(string Name, string Operator, Word? Argument) : Piece;

/// <summary><c>$(…)</c> or backticks.</summary>
sealed record CommandPiece(Node Script) : Piece;

/// <summary><c>&lt;(…)</c> or <c>&gt;(…)</c>.</summary>
sealed record ProcessPiece(Node Script) : Piece;

/// <summary><c>$((…))</c> over numbers.</summary>
sealed record NumberPiece(IReadOnlyList<string> Names) : Piece;
