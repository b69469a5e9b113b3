using Agent.Guardrails.Commands;
using Agent.Guardrails.Rules;

namespace Agent.Guardrails.Judging;

/// <summary>What the rules say about one part of a request.</summary>
/// <param name="Subject">The tool, command, path, variable or URL judged.</param>
/// <param name="RuleId">The deciding rule, or the name of a built-in one.</param>
/// <param name="Rule">Null for a built-in one.</param>
/// <param name="IsFixed">No rule of a bundle could change it.</param>
readonly record struct Judgement(RuleKind Kind, string Subject, Ruling Ruling, string RuleId, string Reason, Rule? Rule, bool IsFixed = false, bool IsWrite = false)
{
    /// <summary>Of a judgement that asks: who must say yes.</summary>
    public ApprovalDemand Demand { get; init; }

    /// <summary>The weakest sandbox it may run in; null = any.</summary>
    public string? Sandbox { get; init; }

    /// <summary>The command judged; null for other parts.</summary>
    public SimpleCommand? Command { get; init; }

    /// <summary>The file judged, as rules see it; null for other parts.</summary>
    public string? Target { get; init; }

    /// <summary><see cref="Target"/> holds wildcards of a shell.</summary>
    public bool IsPattern { get; init; }
}

/// <summary>Names of the answers that come from no rule of the bundle.</summary>
static class BuiltIn
{
    public const string DefaultDeny = "default-deny";
    public const string NotUnderstood = "not-understood";
    public const string NetworkOff = "allow-net-off";
    public const string NotPublic = "not-a-public-address";
    public const string UnsafeUrl = "unsafe-url";
    public const string UnsafePath = "unsafe-path";
    public const string WeakSandbox = "sandbox-too-weak";
    public const string NotTheCopy = "not-the-working-copy";
    public const string ShellVariable = "shell-variable";
    public const string Grant = "AGENT_ALLOWED_COMMANDS";
}
