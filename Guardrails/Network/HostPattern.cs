namespace Agent.Guardrails.Network;

/// <summary>A host name, <c>*.example.com</c> (names below it, not itself), or <c>*</c> (any).</summary>
sealed record HostPattern
{
    readonly string _suffix;

    public HostPattern(string text)
    {
        Text = text.ToLowerInvariant();
        _suffix = Text.StartsWith("*.", StringComparison.Ordinal) ? Text[1..] : "";
    }

    public string Text { get; }

    /// <param name="host">In lower case.</param>
    public bool Matches(string host) =>
        _suffix.Length > 0 ? host.EndsWith(_suffix, StringComparison.Ordinal) && host.Length > _suffix.Length : Text == "*" || host == Text;
}
