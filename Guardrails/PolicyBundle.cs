using Agent.Guardrails.Cases;
using Agent.Guardrails.Judging;
using Agent.Guardrails.Paths;
using Agent.Guardrails.Rules;

namespace Agent.Guardrails;

/// <summary>One version of all policies: immutable, pure, decides in process.</summary>
public sealed class PolicyBundle
{
    readonly Judge _judge;
    readonly RuleSet _rules;

    internal PolicyBundle(IReadOnlyList<Rule> rules, PolicyLimits limits, GuardrailSettings settings, string digest)
    {
        _rules = new RuleSet([.. rules, .. Grants.From(settings.AllowedCommands)]);
        _judge = new Judge(_rules, settings.AllowNetwork, limits.LeastSandbox);
        LooksBack = _rules.All.Any(rule => rule.LooksBack);
        Limits = limits;
        Digest = digest;
    }

    /// <summary>SHA-256 (hex) of the canonicalised files.</summary>
    public string Digest { get; }

    public PolicyLimits Limits { get; }

    /// <summary>How many rules it holds, those from the environment included.</summary>
    public int RuleCount => _rules.All.Count;

    /// <summary>Some rule looks at the run's past or at where values come from: requests must then bring both.</summary>
    public bool LooksBack { get; }

    /// <summary>Its rules in the order of their files.</summary>
    public IReadOnlyList<RuleDescription> Describe() =>
        [.. _rules.All.Select(rule => new RuleDescription(rule.Id, rule.Kind.ToString().ToLowerInvariant(), rule.Answer, rule.Reason, rule.Monitor, rule.Fallback, rule.Place.ToString()))];

    /// <summary>Reads policy files.</summary>
    /// <param name="files">Relative name (<c>tools.yaml</c>) to text.</param>
    /// <returns>A bundle, or all mistakes with file, line and cure.</returns>
    public static BundleResult Load(IReadOnlyDictionary<string, string> files, GuardrailSettings settings) => BundleLoader.Load(files, settings);

    public Decision Decide(ToolRequest request) => Decide(request, RealFiles.Instance);

    /// <summary>Decides as <see cref="Decide(ToolRequest)"/> does, and says how.</summary>
    public Explanation Explain(ToolRequest request)
    {
        var chain = new List<Judgement>();
        List<string>? monitored = null;
        var judgement = _judge.Decide(request, RealFiles.Instance, chain, ref monitored);
        return new Explanation(DecisionOf(judgement, monitored), [.. chain.Select(Describe)], Suggestions.For(chain, request, _rules.All, _judge));
    }

    static ExplainedStep Describe(Judgement part) => new(
        part.Kind switch { RuleKind.Tool => "tool", RuleKind.Command => "command", RuleKind.Variable => "variable", RuleKind.Network => "url", _ => part.IsWrite ? "write" : "read" },
        part.Subject, part.Ruling, part.RuleId, part.Reason, part.Rule?.Place.ToString(), part.Target);

    internal Decision Decide(ToolRequest request, IFiles files)
    {
        List<string>? monitored = null;
        var judgement = _judge.Decide(request, files, chain: null, ref monitored);
        return DecisionOf(judgement, monitored);
    }

    Decision DecisionOf(in Judgement judgement, List<string>? monitored) => new(judgement.Ruling, judgement.RuleId, judgement.Reason, Digest)
    {
        Monitored = monitored ?? (IReadOnlyList<string>)[],
        Demand = judgement.Demand,
        LeastSandbox = judgement.Sandbox ?? SandboxLevel.None,
        HidesPersonalData = Limits.HidesPersonalDataInOutput,
    };
}

/// <summary>What the environment adds to the rules.</summary>
/// <param name="AllowedCommands">From <c>AGENT_ALLOWED_COMMANDS</c>: command prefixes, several words each.</param>
/// <param name="AllowNetwork">From <c>ALLOW_NET</c>; false denies all network whatever the rules say. Default true.</param>
public sealed record GuardrailSettings(IReadOnlyList<string> AllowedCommands, bool AllowNetwork = true)
{
    public static GuardrailSettings None { get; } = new([]);

    /// <summary>Reads the two variables as the environment gives them.</summary>
    public static GuardrailSettings Parse(string? allowedCommands, string? allowNetwork) => new(
        (allowedCommands ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        !IsOff(allowNetwork));

    // Whatever is not clearly "on" keeps the network off: a typing error must not open it.
    static bool IsOff(string? text) =>
        !string.IsNullOrWhiteSpace(text) && text.Trim().ToUpperInvariant() is not ("TRUE" or "1" or "YES" or "ON");
}

/// <summary>A loaded bundle or its mistakes; never both.</summary>
public sealed record BundleResult(PolicyBundle? Bundle, IReadOnlyList<PolicyMistake> Mistakes);

/// <summary>One mistake in a policy file.</summary>
public sealed record PolicyMistake(string File, int Line, int Column, string Problem, string Cure)
{
    public override string ToString() => $"{File}:{Line}:{Column}: {Problem} {Cure}";
}
