using Agent.Guardrails.Network;
using Agent.Guardrails.Yaml;

namespace Agent.Guardrails.Rules;

/// <summary>What a rule judges; follows from its file and its conditions.</summary>
enum RuleKind
{
    /// <summary>The call as such: may this tool be used at all.</summary>
    Tool,

    /// <summary>One simple command of a command line.</summary>
    Command,

    /// <summary>One environment variable set for a command.</summary>
    Variable,

    /// <summary>One file read or written.</summary>
    Path,

    /// <summary>One URL.</summary>
    Network,
}

/// <summary>What a tool rule asks the request to bring, so that other rules have something to judge.</summary>
enum Aspect
{
    Command,
    Path,
    Url,
}

/// <summary>One rule of a bundle. All conditions given must hold.</summary>
sealed record Rule
{
    public required string Id { get; init; }

    public required RuleKind Kind { get; init; }

    public required Ruling Answer { get; init; }

    public required string Reason { get; init; }

    public required Place Place { get; init; }

    /// <summary>Place among all rules of the bundle: among equals the first one speaks.</summary>
    public int Order { get; init; }

    /// <summary>Only reported, never decides.</summary>
    public bool Monitor { get; init; }

    /// <summary>Decides only where no other rule matches: a default with a reason of its own.</summary>
    public bool Fallback { get; init; }

    /// <summary>Who must say yes where the rule asks.</summary>
    public ApprovalDemand Demand { get; init; } = ApprovalDemand.One;

    public Glob[] Workspaces { get; init; } = [];

    public string[] Principals { get; init; } = [];

    public Glob[] Tools { get; init; } = [];

    public EffectStrength[] Effects { get; init; } = [];

    /// <summary>Only after the run has called one of these tools.</summary>
    public Glob[] After { get; init; } = [];

    /// <summary>Only after the run has named one of these files.</summary>
    public Glob[] AfterPaths { get; init; } = [];

    /// <summary>Only from the call after so many in so long.</summary>
    public RateCondition? Rate { get; init; }

    /// <summary>Only if a value of the arguments came from tool output.</summary>
    public bool Untrusted { get; init; }

    /// <summary>Only after the run has read what looks like instructions to the model.</summary>
    public bool AfterSuspicion { get; init; }

    public Aspect? Requires { get; init; }

    /// <summary>The weakest sandbox in which what it is about may run.</summary>
    public string Sandbox { get; init; } = SandboxLevel.None;

    public ArgumentCondition[] Arguments { get; init; } = [];

    public CommandPattern[] Commands { get; init; } = [];

    /// <summary>Whole commands the rule is not for.</summary>
    public CommandPattern[] ExceptCommands { get; init; } = [];

    /// <summary>Options whose presence keeps the rule from matching.</summary>
    public string[] Without { get; init; } = [];

    /// <summary>Nothing may follow the words of <see cref="Commands"/>.</summary>
    public bool Exactly { get; init; }

    /// <summary>Hazards the rule takes upon itself.</summary>
    public string[] Accepts { get; init; } = [];

    public bool LooksBack => Untrusted || Rate is not null || After.Length > 0 || AfterPaths.Length > 0;

    public Glob[] Variables { get; init; } = [];

    public Glob[] Paths { get; init; } = [];

    /// <summary>Tools, variables or files the rule is not for.</summary>
    public Glob[] Except { get; init; } = [];

    /// <summary>True: writes only; false: reads only; null: both.</summary>
    public bool? Writing { get; init; }

    public bool? Hardlinked { get; init; }

    public bool? Mounted { get; init; }

    public HostPattern[] Hosts { get; init; } = [];

    public HostPattern[] ExceptHosts { get; init; } = [];

    public PortRange[] Ports { get; init; } = [];

    public string[] Methods { get; init; } = [];

    public string[] Schemes { get; init; } = [];

    public AddressRange[] Cidrs { get; init; } = [];
}

/// <summary>An argument must match one of the globs; a call without it does not match.</summary>
sealed record ArgumentCondition(string Name, Glob[] Globs);

/// <summary>So many calls of the rule's tools in so many seconds; the next one matches.</summary>
sealed record RateCondition(int Calls, int Seconds);

/// <summary>Ports a rule is for.</summary>
readonly record struct PortRange(int From, int To);
