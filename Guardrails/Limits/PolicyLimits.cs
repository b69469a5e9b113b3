using Agent.Guardrails.Yaml;

namespace Agent.Guardrails;

/// <summary>Thresholds of a bundle: <c>limits.yaml</c>, each with its default.</summary>
public sealed class PolicyLimits
{
    static readonly Dictionary<string, Threshold[]> Known = new(StringComparer.Ordinal)
    {
        ["run"] =
        [
            new("steps", 40, 1, 1000), new("attempts_per_step", 3, 1, 20), new("parallel_steps", 4, 1, 64), new("tool_calls", 400, 1, 100_000),
            new("tokens", 2_000_000, 1, 1e12), new("cost_usd", 10, 0, 1e6), new("wall_clock_seconds", 7200, 1, 1e7),
        ],
        ["step"] = [new("turns", 30, 1, 1000), new("tool_calls", 60, 1, 10_000), new("idle_seconds", 600, 1, 86_400)],
        ["call"] = [new("timeout_seconds", 120, 1, 3600), new("output_bytes", 65_536, 256, 1e9), new("per_minute", 600, 1, 1e6)],
        ["day"] = [new("tokens", 50_000_000, 1, 1e12), new("cost_usd", 100, 0, 1e6), new("tool_calls", 0, 0, 1e9), new("steps", 0, 0, 1e9)],
        ["installation"] = [new("parallel_steps", 0, 0, 10_000), .. Shared],
        ["workspace"] = [new("parallel_runs", 0, 0, 10_000), new("parallel_steps", 0, 0, 10_000), .. Shared],
        ["budget"] = [new("soft_share", 0.8, 0.01, 1)],
        ["canary"] = [new("spike_factor", 2, 1.01, 100), new("spike_floor", 0.1, 0, 1), new("least_decisions", 50, 1, 1e6)],
        ["approval"] = [new("expires_seconds", 86_400, 10, 1e7)],
        ["working_copy"] =
        [
            new("max_bytes", 2_147_483_648, 1024, 1e13), new("max_files", 100_000, 1, 1e7), new("check_seconds", 600, 1, 7200), new("keep_seconds", 604_800, 0, 1e8),
        ],
        ["supervision"] =
        [
            new("panic_confidence", 0.3, 0, 1), new("hubris_confidence", 0.9, 0, 1), new("deadlock_repeats", 3, 2, 100), new("scarcity_share", 0.15, 0, 1),
            new("breaker_consecutive_failures", 5, 1, 1000), new("breaker_total_failures", 20, 1, 10_000),
        ],
    };

    // Budgets that a workspace and the installation may have; 0 = no cap.
    static Threshold[] Shared => [new("tokens", 0, 0, 1e12), new("cost_usd", 0, 0, 1e6), new("tool_calls", 0, 0, 1e9), new("steps", 0, 0, 1e9)];

    readonly Dictionary<string, double> _values = new(StringComparer.Ordinal);
    IReadOnlyList<WorkspaceRule> _workspaces = [];
    bool _signOff;
    WorkingCopyRule _workingCopy = WorkingCopyRule.Open;

    PolicyLimits()
    {
    }

    /// <summary>All defaults.</summary>
    public static PolicyLimits Default { get; } = new();

    /// <summary>Weakest sandbox a process may run in, one of <see cref="SandboxLevel"/>.</summary>
    public string LeastSandbox { get; private init; } = SandboxLevel.None;

    /// <summary>Personal data is taken out of logs and traces.</summary>
    public bool HidesPersonalDataInLogs { get; private init; } = true;

    /// <summary>Personal data is taken out of what tools return, before journal and model see it.</summary>
    public bool HidesPersonalDataInOutput { get; private init; }

    /// <summary>A threshold by its path in the file, such as <c>run.steps</c>.</summary>
    public double this[string path] => _values.TryGetValue(path, out var value) ? value : DefaultOf(path);

    /// <summary>What holds for runs in a directory: the rule of the nearest directory above it, and for what that leaves open the limits for all.</summary>
    public WorkspaceLimits For(string workspace)
    {
        var rule = _workspaces.Where(one => one.Covers(workspace)).MaxBy(one => one.Path.Length);
        return new WorkspaceLimits(
            rule?.SignOff ?? _signOff, rule?.ParallelRuns ?? (int)this["workspace.parallel_runs"], rule?.ParallelSteps ?? (int)this["workspace.parallel_steps"], rule?.Path,
            (rule?.WorkingCopy ?? WorkingCopyRule.Open).Or(_workingCopy).Limits);
    }

    /// <summary>Reads a <c>limits.yaml</c> by itself, without the rules it belongs to.</summary>
    public static LimitsResult Load(string text)
    {
        var mistakes = new MistakeList();
        var limits = YamlFile.Read("limits.yaml", text, mistakes) is { } file ? Read(file, mistakes) : null;
        return mistakes.Count == 0 && limits is not null ? new LimitsResult(limits, []) : new LimitsResult(null, mistakes.InOrder());
    }

    internal static PolicyLimits Read(YamlFile file, MistakeList mistakes)
    {
        var root = new YamlSection(file.Name, file.Root, ["version", "sandbox", "personal_data", "plan", "workspaces", .. Known.Keys], mistakes);
        var personal = root.Mapping("personal_data") is { } hidden ? new YamlSection(file.Name, hidden, ["logs", "output"], mistakes) : null;
        var limits = new PolicyLimits
        {
            HidesPersonalDataInLogs = personal?.Flag("logs", otherwise: true) ?? true,
            HidesPersonalDataInOutput = personal?.Flag("output") ?? false,
            LeastSandbox = ReadSandbox(root, mistakes),
            _signOff = root.Mapping("plan") is { } plan && new YamlSection(file.Name, plan, ["sign_off"], mistakes).Flag("sign_off"),
            _workspaces = WorkspaceRule.ReadAll(root, mistakes),
        };
        foreach (var (group, thresholds) in Known)
        {
            if (root.Mapping(group) is not { } node)
            {
                continue;
            }

            var isCopy = group == "working_copy";
            var section = new YamlSection(file.Name, node, [.. isCopy ? WorkingCopyRule.Keys : [], .. thresholds.Select(threshold => threshold.Name)], mistakes);
            limits._workingCopy = isCopy ? WorkingCopyRule.Read(section, mistakes) : limits._workingCopy;
            foreach (var threshold in thresholds)
            {
                if (section.Number(threshold.Name, threshold.Least, threshold.Most) is { } value)
                {
                    limits._values[$"{group}.{threshold.Name}"] = value;
                }
            }
        }

        return limits;
    }

    static string ReadSandbox(YamlSection root, MistakeList mistakes)
    {
        if (root.Mapping("sandbox") is not { } node)
        {
            return SandboxLevel.None;
        }

        var section = new YamlSection(root.File, node, ["least"], mistakes);
        return SandboxLevel.All[section.Choice("least", SandboxLevel.Ranks) ?? 0];
    }

    static double DefaultOf(string path)
    {
        var dot = path.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && Known.TryGetValue(path[..dot], out var thresholds) && thresholds.FirstOrDefault(threshold => threshold.Name == path[(dot + 1)..]) is { } found
            ? found.Default
            : throw new ArgumentException($"There is no limit `{path}`.", nameof(path));
    }

    sealed record Threshold(string Name, double Default, double Least, double Most);
}

/// <summary>Limits or their mistakes; never both.</summary>
public sealed record LimitsResult(PolicyLimits? Limits, IReadOnlyList<PolicyMistake> Mistakes);
