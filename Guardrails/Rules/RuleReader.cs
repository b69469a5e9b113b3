using System.Buffers;
using Agent.Guardrails.Network;
using Agent.Guardrails.Yaml;
using YamlDotNet.RepresentationModel;

namespace Agent.Guardrails.Rules;

/// <summary>Reads the rules of one file, together with the examples they carry.</summary>
sealed class RuleReader(MistakeList mistakes)
{
    internal static readonly SearchValues<char> ShellSyntax = SearchValues.Create("|;&<>$`\"'\n");

    static readonly string[] EveryRule = ["id", "answer", "reason", "mode", "fallback", "match", "not_match", "workspaces", "principals", "tools", "effects", "after", "after_paths", "rate", "origin", "suspicion", "approvers", "not_by_submitter"];

    internal static readonly string[] ToolKeys = [.. EveryRule, "arguments", "requires", "commands", "without", "exactly", "accepts", "variables", "sandbox", "except"];
    internal static readonly string[] PathKeys = [.. EveryRule, "paths", "access", "except", "hardlinked", "mounted"];
    internal static readonly string[] NetworkKeys = [.. EveryRule, "hosts", "ports", "methods", "schemes", "cidrs", "except"];

    static readonly Dictionary<string, Ruling> Answers = new() { ["allow"] = Ruling.Allow, ["ask"] = Ruling.Ask, ["deny"] = Ruling.Deny };
    static readonly Dictionary<string, bool> Modes = new() { ["enforce"] = false, ["monitor"] = true };
    static readonly Dictionary<string, bool> Origins = new() { ["untrusted"] = true };
    static readonly Dictionary<string, bool> Suspicions = new() { ["injection"] = true };
    static readonly Dictionary<string, Aspect> Aspects = new() { ["command"] = Aspect.Command, ["path"] = Aspect.Path, ["url"] = Aspect.Url };

    static readonly Dictionary<string, EffectStrength> Effects = new()
    {
        ["pure"] = EffectStrength.Pure,
        ["idempotent"] = EffectStrength.Idempotent,
        ["compensatable"] = EffectStrength.Compensatable,
        ["irreversible"] = EffectStrength.Irreversible,
    };

    static readonly Dictionary<string, bool?> Accesses = new() { ["read"] = false, ["write"] = true, ["any"] = null };

    readonly Dictionary<string, Place> _ids = new(StringComparer.Ordinal);

    public IEnumerable<RuleWithExamples> Read(YamlFile file, FileKind kind, Layer layer)
    {
        var root = new YamlSection(file.Name, file.Root, ["version", "rules"], mistakes);
        foreach (var node in root.Mappings("rules"))
        {
            if (ReadRule(file.Name, node, kind, layer) is { } rule)
            {
                yield return rule;
            }
        }
    }

    RuleWithExamples? ReadRule(string file, YamlMappingNode node, FileKind kind, Layer layer)
    {
        var before = mistakes.Count;
        var keys = kind switch { FileKind.Tools => ToolKeys, FileKind.Paths => PathKeys, _ => NetworkKeys };
        var section = new YamlSection(file, node, keys, mistakes);

        var id = section.RequiredText("id", "Give the rule a short name, unique in the bundle: decisions cite it.");
        if (id.Length > 0 && !_ids.TryAdd(id, section.Place))
        {
            section.Mistake("id", $"Rule id `{id}` is taken by {_ids[id]}.", "Choose another id.");
        }

        if (!section.Has("answer"))
        {
            section.Mistake("answer", "`answer` is missing.", "Write `answer: allow`, `answer: ask` or `answer: deny`.");
        }

        var rule = new Rule
        {
            Id = id,
            Kind = KindOf(section, kind),
            Answer = section.Choice("answer", Answers) ?? Ruling.Deny,
            Reason = section.RequiredText("reason", "Say why in one sentence: people and models are shown it."),
            Place = section.Place,
            Monitor = section.Choice("mode", Modes) ?? false,
            Fallback = section.Flag("fallback"),
            Demand = new ApprovalDemand((int)(section.Number("approvers", 1, 5) ?? 1), section.Flag("not_by_submitter")),
            Workspaces = layer.Workspace is { } workspace ? [Glob.Parse(workspace)] : Globs(section, "workspaces"),
            Principals = layer.Principal is { } principal ? [principal] : [.. section.Texts("principals").Select(name => name.Text)],
            Tools = Globs(section, "tools"),
            Effects = Known(section, "effects", Effects),
            After = Globs(section, "after"),
            AfterPaths = PathGlobs(section, "after_paths"),
            Rate = Rate(section),
            AfterSuspicion = section.Choice("suspicion", Suspicions) ?? false,
            Untrusted = section.Choice("origin", Origins) ?? false,
            Arguments = Arguments(section),
            Requires = section.Choice("requires", Aspects),
            Sandbox = SandboxLevel.All[section.Choice("sandbox", SandboxLevel.Ranks) ?? 0],
            Commands = Commands(section, "commands"),
            ExceptCommands = section.Has("commands") ? Commands(section, "except") : [],
            Without = [.. section.Texts("without").Select(option => option.Text)],
            Exactly = section.Flag("exactly"),
            Accepts = [.. section.Texts("accepts").Select(hazard => hazard.Text)],
            Variables = Globs(section, "variables"),
            Paths = PathGlobs(section, "paths"),
            Except = kind == FileKind.Paths ? PathGlobs(section, "except") : Globs(section, "except"),
            ExceptHosts = kind == FileKind.Network ? [.. section.Texts("except").Select(host => Host(host.Text, host.Place))] : [],
            Writing = section.Has("access") ? Access(section) : null,
            Hardlinked = section.Has("hardlinked") ? section.Flag("hardlinked") : null,
            Mounted = section.Has("mounted") ? section.Flag("mounted") : null,
            Hosts = [.. section.Texts("hosts").Select(host => Host(host.Text, host.Place))],
            Ports = Ports(section),
            Methods = [.. section.Texts("methods").Select(method => method.Text.ToUpperInvariant())],
            Schemes = [.. section.Texts("schemes").Select(scheme => scheme.Text)],
            Cidrs = Cidrs(section),
        };

        CheckLayer(section, layer);
        CheckConditions(section, rule);
        return mistakes.Count > before
            ? null
            : new RuleWithExamples(rule, section.Texts("match"), section.Texts("not_match"));
    }

    static RuleKind KindOf(YamlSection section, FileKind kind) => kind switch
    {
        FileKind.Paths => RuleKind.Path,
        FileKind.Network => RuleKind.Network,
        _ when section.Has("commands") => RuleKind.Command,
        _ when section.Has("variables") => RuleKind.Variable,
        _ => RuleKind.Tool,
    };

    // The directory says for whom a rule is; a key beside it would say it a second time, or otherwise.
    static void CheckLayer(YamlSection section, Layer layer)
    {
        foreach (var (key, name) in (ReadOnlySpan<(string, string?)>)[("workspaces", layer.Workspace), ("principals", layer.Principal)])
        {
            if (name is not null && section.Has(key))
            {
                section.Mistake(key, $"Rules of `{key}/{name}/` hold for `{name}` only.", $"Remove `{key}`, or move the rule to the file beside the directory `{key}`.");
            }
        }
    }

    static void CheckConditions(YamlSection section, Rule rule)
    {
        foreach (var key in (string[])["approvers", "not_by_submitter"])
        {
            if (section.Has(key) && rule.Answer != Ruling.Ask)
            {
                section.Mistake(key, $"`{key}` goes with `answer: ask`.", $"Write `answer: ask`, or remove `{key}`.");
            }
        }

        if (section.Has("sandbox") && rule.Answer == Ruling.Deny)
        {
            section.Mistake("sandbox", "`sandbox` goes with `answer: allow` or `ask`: what is denied runs nowhere.", "Remove `sandbox`.");
        }

        if (rule.Kind == RuleKind.Path && rule.Paths.Length == 0 && !section.Has("paths"))
        {
            section.Mistake("paths", "A rule of paths.yaml needs `paths`.", "Name globs, relative to the workspace or absolute: `paths: [\"src/**\"]`.");
        }

        if (rule.Kind == RuleKind.Network && !section.Has("hosts") && !section.Has("cidrs"))
        {
            section.Mistake("hosts", "A rule of network.yaml needs `hosts` or `cidrs`.", "Name hosts (`*.example.com`, `*` for any) or address blocks.");
        }

        if (rule.Kind == RuleKind.Tool && !section.Has("tools") && !section.Has("effects"))
        {
            section.Mistake("tools", "A rule of tools.yaml needs `tools`, `effects`, `commands` or `variables`.", "Name what it judges, e.g. `tools: [read_file]`.");
        }

        if (section.Has("commands") && section.Has("variables"))
        {
            section.Mistake("variables", "A rule judges commands or variables, not both.", "Split it in two.");
        }

        if (rule.Kind != RuleKind.Command)
        {
            foreach (var key in (string[])["without", "exactly", "accepts"])
            {
                if (section.Has(key))
                {
                    section.Mistake(key, $"`{key}` goes with `commands`.", $"Add `commands`, or remove `{key}`.");
                }
            }
        }
    }

    static Glob[] Globs(YamlSection section, string key) =>
        [.. section.Texts(key).SelectMany(text => Glob.ParseAll(text.Text))];

    Glob[] PathGlobs(YamlSection section, string key)
    {
        foreach (var (text, place) in section.Texts(key))
        {
            if (text.Split('/').Contains("..") || text.StartsWith("./", StringComparison.Ordinal) || text.StartsWith('~'))
            {
                mistakes.Add(place, $"`{text}` can never match.", "Paths are compared after `..`, `.` and `~` are resolved: write it relative to the workspace, or absolute.");
            }
        }

        return Globs(section, key);
    }

    CommandPattern[] Commands(YamlSection section, string key)
    {
        var patterns = new List<CommandPattern>();
        foreach (var (text, place) in section.Texts(key))
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                mistakes.Add(place, "An empty command would match everything.", "Name at least the program.");
            }
            else if (text.AsSpan().IndexOfAny(ShellSyntax) >= 0)
            {
                mistakes.Add(place, $"`{text}` holds shell syntax.", "List plain words: each simple command of a line is judged by itself.");
            }
            else
            {
                patterns.Add(CommandPattern.Parse(text));
            }
        }

        return [.. patterns];
    }

    EffectStrength[] Known(YamlSection section, string key, Dictionary<string, EffectStrength> known)
    {
        var found = new List<EffectStrength>();
        foreach (var (text, place) in section.Texts(key))
        {
            if (known.TryGetValue(text, out var value))
            {
                found.Add(value);
            }
            else
            {
                mistakes.Add(place, $"Unknown effect `{text}`.", DidYouMean.Cure(text, known.Keys));
            }
        }

        return [.. found];
    }

    ArgumentCondition[] Arguments(YamlSection section)
    {
        if (section.Mapping("arguments") is not { } node)
        {
            return [];
        }

        var names = node.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? "").ToArray();
        var conditions = new YamlSection(section.File, node, names, mistakes);
        return [.. names.Select(name => new ArgumentCondition(name, [.. conditions.Texts(name).SelectMany(text => Glob.ParseAll(text.Text))]))];
    }

    RateCondition? Rate(YamlSection section)
    {
        if (section.Mapping("rate") is not { } node)
        {
            return null;
        }

        var rate = new YamlSection(section.File, node, ["calls", "seconds"], mistakes);
        if (rate.Number("calls", 0, 1_000_000) is { } calls && rate.Number("seconds", 1, 86_400) is { } seconds)
        {
            return new RateCondition((int)calls, (int)seconds);
        }

        section.Mistake("rate", "`rate` needs `calls` and `seconds`.", "Write `rate: { calls: 30, seconds: 60 }`: the 31st call within a minute matches.");
        return null;
    }

    static bool? Access(YamlSection section)
    {
        var text = section.Text("access") ?? "";
        if (!Accesses.TryGetValue(text, out var access))
        {
            section.Mistake("access", $"`access: {text}` is not known.", DidYouMean.Cure(text, Accesses.Keys));
        }

        return access;
    }

    HostPattern Host(string text, Place place)
    {
        if (text.Trim('.').Length == 0 || text.Contains("://", StringComparison.Ordinal) || text.Contains('/') || text.AsSpan(1).Contains('*') || (text.StartsWith('*') && text.Length > 1 && text[1] != '.'))
        {
            mistakes.Add(place, $"`{text}` is not a host name.", "Write `example.com`, `*.example.com` or `*`; schemes, ports and methods have keys of their own.");
        }

        return new HostPattern(text.TrimEnd('.'));
    }

    PortRange[] Ports(YamlSection section)
    {
        var ports = new List<PortRange>();
        foreach (var (text, place) in section.Texts("ports"))
        {
            var parts = text.Split('-');
            if (parts.Length <= 2 && int.TryParse(parts[0], out var from) && int.TryParse(parts[^1], out var to) && from is > 0 and <= 65535 && to >= from && to <= 65535)
            {
                ports.Add(new PortRange(from, to));
            }
            else
            {
                mistakes.Add(place, $"`{text}` is not a port.", "Write a number from 1 to 65535, or a range such as 8000-8999.");
            }
        }

        return [.. ports];
    }

    AddressRange[] Cidrs(YamlSection section)
    {
        var ranges = new List<AddressRange>();
        foreach (var (text, place) in section.Texts("cidrs"))
        {
            if (AddressRange.TryParse(text, out var range))
            {
                ranges.Add(range);
            }
            else
            {
                mistakes.Add(place, $"`{text}` is not an address block.", "Write CIDR notation, such as 10.1.0.0/16.");
            }
        }

        return [.. ranges];
    }
}

/// <summary>Which of the policy files a text is.</summary>
enum FileKind
{
    Tools,
    Paths,
    Network,
    Limits,
    Environment,
    Cases,
}

/// <summary>A rule with the examples its author gave.</summary>
sealed record RuleWithExamples(Rule Rule, IReadOnlyList<(string Text, Place Place)> Match, IReadOnlyList<(string Text, Place Place)> NotMatch);
