using Agent.Guardrails.Network;

namespace Agent.Guardrails.Rules;

/// <summary>What a rule's patterns name: whatever the rule matches bears one of these keys.</summary>
static class RuleKeys
{
    static readonly System.Buffers.SearchValues<char> Special = System.Buffers.SearchValues.Create("*?[]{}");

    /// <returns>Null where one of its patterns may match anything.</returns>
    public static RuleKey[]? Of(Rule rule)
    {
        RuleKey?[] keys = rule.Kind switch
        {
            RuleKind.Tool => [.. rule.Tools.Select(OfName)],
            RuleKind.Command => [.. rule.Commands.Select(OfCommand)],
            RuleKind.Variable => [.. rule.Variables.Select(OfName)],
            RuleKind.Network => [.. rule.Hosts.Select(OfHost)],
            _ => [.. rule.Paths.Select(glob => OfPath(glob, rule.Answer))],
        };
        return keys.Length == 0 || Array.Exists(keys, key => key is null) ? null : [.. keys.Select(key => key!.Value).Distinct()];
    }

    static RuleKey? OfName(Glob glob) =>
        glob.IsLiteral ? new RuleKey(KeyKind.Name, glob.Text)
        : glob.Prefix.Length > 0 ? new RuleKey(KeyKind.Beginning, glob.Prefix)
        : null;

    // `git push` is found by both words, as there are many rules for git.
    static RuleKey? OfCommand(CommandPattern command) =>
        command.Words is [{ IsLiteral: true } program, { IsLiteral: true } verb, ..] ? new RuleKey(KeyKind.Name, $"{program.Text} {verb.Text}") : OfName(command.Words[0]);

    static RuleKey? OfHost(HostPattern host) =>
        host.Text.StartsWith("*.", StringComparison.Ordinal) ? new RuleKey(KeyKind.Domain, host.Text[2..])
        : host.Text == "*" ? null
        : new RuleKey(KeyKind.Name, host.Text);

    // `**/secrets/**` and `/etc/*` hold a whole segment, `**/*.pem` an ending; compared folded, as paths are when they are looked for.
    static RuleKey? OfPath(Glob glob, Ruling answer)
    {
        var text = glob.Text.ToLowerInvariant();
        if (answer == Ruling.Allow && (text.Contains("./", StringComparison.Ordinal) || text.Contains(" /", StringComparison.Ordinal) || text.Contains("::", StringComparison.Ordinal) || text.Contains('\\') || text.EndsWith('.') || text.EndsWith(' ')))
        {
            // It means the very name that folding takes away.
            return null;
        }

        var segments = text.Split('/');
        if (segments.Where(segment => segment.Length > 0 && !segment.AsSpan().ContainsAny(Special)).MaxBy(segment => segment.Length) is { } whole)
        {
            return new RuleKey(KeyKind.Segment, whole);
        }

        var dot = segments[^1].LastIndexOf('.');
        var ending = dot < 0 ? "" : segments[^1][(dot + 1)..];
        return ending.Length > 0 && !ending.AsSpan().ContainsAny(Special) ? new RuleKey(KeyKind.Ending, ending) : null;
    }
}

enum KeyKind
{
    Name,
    Beginning,
    Domain,
    Segment,
    Ending,
}

readonly record struct RuleKey(KeyKind Kind, string Text);
