namespace Agent.Guardrails;

/// <summary>A policy answer, strongest last: deny beats ask beats allow.</summary>
public enum Ruling
{
    Allow,
    Ask,
    Deny,
}

/// <summary>What policy says about one tool call, and why.</summary>
/// <param name="Rule">Id of the deciding rule; <c>default-deny</c> and the like when none matched.</param>
/// <param name="Reason">For a person and for the model: no secrets.</param>
public sealed record Decision(Ruling Ruling, string Rule, string Reason, string BundleDigest)
{
    /// <summary>Rules in monitor mode that matched: they would have had a say.</summary>
    public IReadOnlyList<string> Monitored { get; init; } = [];

    /// <summary>Where the ruling is <see cref="Ruling.Ask"/>: who must say yes.</summary>
    public ApprovalDemand Demand { get; init; } = ApprovalDemand.One;

    /// <summary>The weakest sandbox its processes may run in.</summary>
    public string LeastSandbox { get; init; } = SandboxLevel.None;

    /// <summary>Personal data is to be taken out of what the call returns.</summary>
    public bool HidesPersonalData { get; init; }
}

/// <summary>Who must say yes before a call is made: the strictest of all rules that ask.</summary>
/// <param name="Approvers">How many different people.</param>
/// <param name="NotSubmitter">Whoever submitted the goal does not count.</param>
public readonly record struct ApprovalDemand(int Approvers, bool NotSubmitter)
{
    public static ApprovalDemand One { get; } = new(1, false);

    /// <summary>Both demands together.</summary>
    public ApprovalDemand And(ApprovalDemand other) => new(Math.Max(Approvers, other.Approvers), NotSubmitter || other.NotSubmitter);
}

/// <summary>How strong an effect a tool call has, weakest first.</summary>
public enum EffectStrength
{
    Pure,
    Idempotent,
    Compensatable,
    Irreversible,
}

/// <summary>Everything a decision may look at; recorded whole, so that it can be decided again.</summary>
public sealed record ToolRequest
{
    /// <summary>Tool name; <c>endpoint__tool</c> for MCP tools.</summary>
    public required string Tool { get; init; }

    public required EffectStrength Effect { get; init; }

    /// <summary>Canonical JSON object of the normalised arguments.</summary>
    public required string ArgumentsJson { get; init; }

    /// <summary>Absolute, symlinks resolved.</summary>
    public required string WorkspaceRoot { get; init; }

    /// <summary>Where <see cref="WorkspaceRoot"/> is a copy a run works in: the workspace it was made from, resolved. Rules see the copy's files under its names.</summary>
    public string? StandsFor { get; init; }

    /// <summary>For rules of one workspace. Null: the name of its directory.</summary>
    public string? WorkspaceName { get; init; }

    public string? Principal { get; init; }

    /// <summary>Files the call wants, resolved.</summary>
    public IReadOnlyList<PathAccess> Paths { get; init; } = [];

    /// <summary>Files the call wants, as written: judging resolves them.</summary>
    public IReadOnlyList<PathAccess> UnresolvedPaths { get; init; } = [];

    /// <summary>A command the call wants to run, as argv.</summary>
    public IReadOnlyList<string>? Argv { get; init; }

    /// <summary>A command the call wants to run, as a shell string.</summary>
    public string? ShellCommand { get; init; }

    /// <summary>A URL the call wants to reach.</summary>
    public UrlAccess? Url { get; init; }

    /// <summary>The sandbox a process of the call would run in. Null: it starts none, or it is not known.</summary>
    public string? Sandbox { get; init; }

    /// <summary>Calls this run has made before; for rules with <c>after</c> or <c>rate</c>. May be left out where <see cref="PolicyBundle.LooksBack"/> is false.</summary>
    public IReadOnlyList<PastCall> History { get; init; } = [];

    /// <summary>When the call is made; for rules with <c>rate</c>.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Arguments whose values came from tool output: <see cref="Origins"/> finds them.</summary>
    public IReadOnlyList<string> UntrustedArguments { get; init; } = [];

    /// <summary>Some output the run has read looks as if it spoke to the model.</summary>
    public bool InjectionSuspected { get; init; }
}

/// <summary>A call the run made before.</summary>
/// <param name="Path">The file it named, if it named one.</param>
/// <param name="Url">The URL it named, if it named one.</param>
public sealed record PastCall(string Tool, string? Path, DateTimeOffset At, string? Url = null);

/// <summary>One file a call wants.</summary>
/// <param name="ResolvedPath">Absolute, after <c>..</c> and symlinks.</param>
public sealed record PathAccess(bool IsWrite, string ResolvedPath);

/// <summary>One URL a call wants.</summary>
/// <param name="Addresses">What its host name resolved to, once known: the call must go to one of these. Null: judged by the name alone.</param>
public sealed record UrlAccess(string Method, string Url, IReadOnlyList<string>? Addresses = null);
