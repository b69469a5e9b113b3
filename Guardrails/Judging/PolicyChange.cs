using System.Text.Json;
using Agent.Guardrails.Network;
using Agent.Guardrails.Rules;
using Agent.Guardrails.Yaml;

namespace Agent.Guardrails.Judging;

/// <summary>One change of the policy files.</summary>
/// <param name="Text">For a person: what to write, and where.</param>
/// <param name="Apply">What it does to the rules; null where no rule can help.</param>
sealed record PolicyChange(string Text, Func<IReadOnlyList<Rule>, IEnumerable<Rule>>? Apply)
{
    static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What would allow one part of a request, and nothing besides it.</summary>
    public static PolicyChange For(in Judgement part, ToolRequest request)
    {
        if (part.IsFixed)
        {
            return new PolicyChange(part.RuleId switch
            {
                BuiltIn.NetworkOff => "Start the suite without ALLOW_NET=false.",
                BuiltIn.NotUnderstood => "No rule can allow what can not be read: write the command out, one plain command a call.",
                _ => "No rule can allow it in this form: write it plainly.",
            }, null);
        }

        return part.Rule is { Fallback: false } rule ? Except(part, rule) : Add(part, request);
    }

    static PolicyChange Except(in Judgement part, Rule rule)
    {
        var pattern = part.Kind switch
        {
            RuleKind.Command => CommandPatternOf(part),
            RuleKind.Path => PathPatternOf(part),
            RuleKind.Network => UrlReader.Read(part.Subject).Host,
            _ => part.Subject,
        };
        var narrowed = part.Kind switch
        {
            RuleKind.Command => rule with { ExceptCommands = [.. rule.ExceptCommands, CommandPattern.Parse(pattern)] },
            RuleKind.Network => rule with { ExceptHosts = [.. rule.ExceptHosts, new HostPattern(pattern)] },
            _ => rule with { Except = [.. rule.Except, Glob.Parse(pattern)] },
        };
        return new PolicyChange(
            $"Add {Quote(pattern)} to `except` of rule `{rule.Id}` ({rule.Place}).",
            rules => rules.Select(other => other.Id == rule.Id ? narrowed : other));
    }

    static PolicyChange Add(in Judgement part, ToolRequest request)
    {
        var added = new Rule { Id = "suggested", Kind = part.Kind, Answer = Ruling.Allow, Reason = "r", Place = new Place("suggested", 1, 1) };
        switch (part.Kind)
        {
            case RuleKind.Command:
                var command = CommandPatternOf(part);
                string[] accepts = [.. part.Command!.Hazards.Select(hazard => hazard.Id).Distinct()];
                var accepting = accepts.Length == 0 ? "" : $", accepts: [{string.Join(", ", accepts)}]";
                var shorter = accepts.Length == 0 && Prefix(part.Command.Argv) is { Length: > 0 } prefix ? $" For all commands that begin so: AGENT_ALLOWED_COMMANDS={Quote(prefix)}." : "";
                return Adding("tools.yaml", $"commands: [{Quote(command)}], exactly: true{accepting}", added with { Commands = [CommandPattern.Parse(command)], Exactly = true, Accepts = accepts }, shorter);
            case RuleKind.Variable:
                return Adding("tools.yaml", $"variables: [{Quote(part.Subject)}]", added with { Variables = [Glob.Parse(part.Subject)] });
            case RuleKind.Path:
                var path = PathPatternOf(part);
                return Adding("paths.yaml", $"paths: [{Quote(path)}], access: {(part.IsWrite ? "write" : "read")}", added with { Paths = [Glob.Parse(path)], Writing = part.IsWrite });
            case RuleKind.Network:
                return AddHost(part.Subject, request.Url?.Method.ToUpperInvariant() ?? "GET", added);
            default:
                return Adding("tools.yaml", $"tools: [{Quote(part.Subject)}]", added with { Tools = [Glob.Parse(part.Subject)] });
        }
    }

    static PolicyChange AddHost(string url, string method, Rule added)
    {
        var parts = UrlReader.Read(url);
        var block = parts.Address is null ? null : $"{parts.Address}/{parts.Address.GetAddressBytes().Length * 8}";
        var rule = added with { Hosts = [new HostPattern(parts.Host)], Methods = [method], Schemes = [parts.Scheme], Ports = [new PortRange(parts.Port, parts.Port)] };
        if (block is not null && AddressRange.TryParse(block, out var range))
        {
            rule = rule with { Cidrs = [range] };
        }

        return Adding(
            "network.yaml",
            $"hosts: [{Quote(parts.Host)}], methods: [{method}], schemes: [{parts.Scheme}], ports: [{parts.Port}]{(block is null ? "" : $", cidrs: [{Quote(block)}]")}",
            rule);
    }

    static PolicyChange Adding(string file, string conditions, Rule rule, string more = "") =>
        new($"Add to {file}: {{ id: …, answer: allow, reason: …, {conditions} }}.{more}", rules => [.. rules, rule]);

    // A word of a rule holds no blanks and no shell syntax: `?` stands for such a character.
    static string CommandPatternOf(in Judgement part) => string.Join(' ', part.Command!.Argv.Select(word => word.Length == 0 ? "*" : string.Concat(word.Select(
        character => char.IsWhiteSpace(character) || character is '{' or '}' || RuleReader.ShellSyntax.Contains(character) ? "?" : Literal(character)))));

    static string PathPatternOf(in Judgement part)
    {
        var pattern = part.IsPattern;
        return string.Concat(part.Target!.Select(character => character is '{' or '}' ? "?" : pattern ? character.ToString() : Literal(character)));
    }

    static string Literal(char character) => character is '*' or '?' or '[' ? $"[{character}]" : character.ToString();

    static string Prefix(IReadOnlyList<string> argv)
    {
        var words = argv.TakeWhile((word, at) => at < 2 && !word.StartsWith('-')).ToArray();
        return Array.Exists(words, word => word.AsSpan().ContainsAny(",* ?[") || word.Length == 0) ? "" : string.Join(' ', words);
    }

    static string Quote(string text) => JsonSerializer.Serialize(text, Relaxed);
}
