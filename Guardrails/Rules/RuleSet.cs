using System.Runtime.InteropServices;
using Agent.Guardrails.Paths;

namespace Agent.Guardrails.Rules;

/// <summary>The rules of a bundle, found by what they name, so that a decision does not look at all of them.</summary>
sealed class RuleSet
{
    [ThreadStatic]
    static List<Rule>? _found;

    readonly RuleIndex[] _kinds;

    public RuleSet(IEnumerable<Rule> given)
    {
        Rule[] rules = [.. given.Select((rule, at) => rule with { Order = at })];
        All = rules;
        _kinds = [.. Enum.GetValues<RuleKind>().Order().Select(kind => new RuleIndex([.. rules.Where(rule => rule.Kind == kind)]))];
    }

    public IReadOnlyList<Rule> All { get; }

    /// <summary>Every rule that may match the name, some of them twice. Valid until this thread asks again.</summary>
    public ReadOnlySpan<Rule> For(RuleKind kind, string name)
    {
        var found = Begin();
        _kinds[(int)kind].FindNamed(name, found);
        return CollectionsMarshal.AsSpan(found);
    }

    /// <summary>Every rule that may match the command.</summary>
    public ReadOnlySpan<Rule> ForCommand(IReadOnlyList<string> argv)
    {
        var found = Begin();
        _kinds[(int)RuleKind.Command].FindCommand(argv, found);
        return CollectionsMarshal.AsSpan(found);
    }

    /// <summary>Every rule that may match the host.</summary>
    public ReadOnlySpan<Rule> ForHost(string host)
    {
        var found = Begin();
        _kinds[(int)RuleKind.Network].FindHost(host, found);
        return CollectionsMarshal.AsSpan(found);
    }

    /// <summary>Every rule that may match the path.</summary>
    /// <param name="path">Folded.</param>
    public ReadOnlySpan<Rule> ForPath(in LocatedPath path)
    {
        var found = Begin();
        _kinds[(int)RuleKind.Path].FindPath(path, found);
        return CollectionsMarshal.AsSpan(found);
    }

    static List<Rule> Begin()
    {
        var found = _found ??= [];
        found.Clear();
        return found;
    }
}
