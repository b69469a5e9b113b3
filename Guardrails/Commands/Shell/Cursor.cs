namespace Agent.Guardrails.Commands.Shell;

/// <summary>A place in a text, and how deep the constructs around it nest.</summary>
sealed class Cursor(string text, int depth)
{
    const int Deepest = 24;

    public string Text { get; } = text;

    public int Position { get; set; }

    public int Depth { get; private set; } = depth <= Deepest ? depth : throw new NotUnderstoodException("it nests too deep");

    public bool AtEnd => Position >= Text.Length;

    /// <summary>The character here; <c>\0</c> at the end.</summary>
    public char Current => Position < Text.Length ? Text[Position] : '\0';

    public char Next => Position + 1 < Text.Length ? Text[Position + 1] : '\0';

    public void Expect(char wanted)
    {
        if (Current != wanted || AtEnd)
        {
            throw new NotUnderstoodException($"`{wanted}` is missing");
        }

        Position++;
    }

    public Level Deeper()
    {
        if (++Depth > Deepest)
        {
            throw new NotUnderstoodException("it nests too deep");
        }

        return new Level(this);
    }

    internal readonly ref struct Level(Cursor cursor)
    {
        public void Dispose() => cursor.Depth--;
    }
}
