using System.Net;
using Agent.Guardrails.Commands;
using Agent.Guardrails.Network;
using Agent.Guardrails.Paths;
using Agent.Guardrails.Rules;

namespace Agent.Guardrails.Judging;

/// <summary>Judges a request part by part – the tool, each command, variable, path and URL – and lets the strongest answer win.</summary>
/// <param name="leastSandbox">The weakest sandbox any process may run in.</param>
sealed class Judge(RuleSet rules, bool allowNetwork, string leastSandbox)
{
    /// <param name="chain">Filled with every part's judgement, if given.</param>
    /// <param name="monitored">Filled with the rules in monitor mode that would have said something stronger, if given.</param>
    public Judgement Decide(ToolRequest request, IFiles files, List<Judgement>? chain, ref List<string>? monitored)
    {
        var whole = JudgeTool(request, ref monitored);
        chain?.Add(whole);

        foreach (var path in request.Paths)
        {
            Take(JudgePath(request, path.IsWrite, PathLocator.Place(path.ResolvedPath, request.WorkspaceRoot, files), path.ResolvedPath, ref monitored), ref whole, chain);
        }

        foreach (var path in request.UnresolvedPaths)
        {
            Take(JudgePath(request, path.IsWrite, PathLocator.Locate(path.ResolvedPath, request.WorkspaceRoot, request.WorkspaceRoot, files), path.ResolvedPath, ref monitored), ref whole, chain);
        }

        if (request.Argv is { } argv)
        {
            TakeAll(request, CommandAnalysis.OfArgv(argv, request.WorkspaceRoot, files), ref whole, chain, ref monitored);
        }

        if (request.ShellCommand is { } line)
        {
            TakeAll(request, CommandAnalysis.OfShell(line, request.WorkspaceRoot, files), ref whole, chain, ref monitored);
        }

        if (request.Url is { } url)
        {
            Take(JudgeUrl(request, url, ref monitored), ref whole, chain);
        }

        return InSandbox(request, whole with { Sandbox = SandboxLevel.Stronger(leastSandbox, whole.Sandbox ?? SandboxLevel.None) }, chain);
    }

    static Judgement InSandbox(ToolRequest request, in Judgement whole, List<Judgement>? chain)
    {
        if (whole.Ruling == Ruling.Deny || request.Sandbox is not { } level || SandboxLevel.RankOf(level) >= SandboxLevel.RankOf(whole.Sandbox))
        {
            return whole;
        }

        var reason = $"It may run in the sandbox {whole.Sandbox} or a stronger one; here there is {level}.";
        var refused = new Judgement(RuleKind.Tool, request.Tool, Ruling.Deny, BuiltIn.WeakSandbox, reason, null, IsFixed: true) { Sandbox = whole.Sandbox };
        chain?.Add(refused);
        return refused;
    }

    /// <summary>The same with other rules.</summary>
    public Judge With(IEnumerable<Rule> others) => new(new RuleSet(others), allowNetwork, leastSandbox);

    static void Take(in Judgement judgement, ref Judgement whole, List<Judgement>? chain)
    {
        chain?.Add(judgement);

        // Each part that asks has its say about who must answer.
        var demand = judgement.Ruling == Ruling.Ask ? whole.Demand.And(judgement.Demand) : whole.Demand;

        var sandbox = whole.Sandbox ?? SandboxLevel.None;

        // Among equals the more particular part speaks: "git status is allowed", not "run_command is allowed".
        if (judgement.Ruling > whole.Ruling || (judgement.Ruling == whole.Ruling && whole.Kind == RuleKind.Tool))
        {
            whole = judgement;
        }

        whole = whole with { Demand = demand, Sandbox = SandboxLevel.Stronger(sandbox, judgement.Sandbox ?? SandboxLevel.None) };
    }

    void TakeAll(ToolRequest request, CommandFacts facts, ref Judgement whole, List<Judgement>? chain, ref List<string>? monitored)
    {
        if (facts.NotUnderstood is { } why)
        {
            Take(new Judgement(RuleKind.Command, request.ShellCommand ?? string.Join(' ', request.Argv ?? []), Ruling.Deny, BuiltIn.NotUnderstood, $"The command is not run, because {why}.", null, IsFixed: true), ref whole, chain);
            return;
        }

        foreach (var command in facts.Commands)
        {
            Take(JudgeCommand(request, command, ref monitored), ref whole, chain);
        }

        foreach (var variable in facts.Variables)
        {
            Take(JudgeVariable(request, variable, ref monitored), ref whole, chain);
        }

        foreach (var use in facts.Paths)
        {
            Take(JudgePath(request, use.IsWrite, use.Location, use.Text, ref monitored), ref whole, chain);
        }

        foreach (var url in facts.Urls)
        {
            Take(JudgeUrl(request, url, ref monitored), ref whole, chain);
        }
    }

    Judgement JudgeTool(ToolRequest request, ref List<string>? monitored)
    {
        var pick = default(Pick);
        foreach (var rule in rules.For(RuleKind.Tool, request.Tool))
        {
            if (Matching.Applies(rule, request) && Matching.MatchesTool(rule, request))
            {
                pick.Offer(rule, ref monitored);
            }
        }

        return pick.Result is { } found
            ? new Judgement(RuleKind.Tool, request.Tool, found.Answer, found.Id, found.Reason, found) { Demand = pick.Demand, Sandbox = pick.Sandbox }
            : new Judgement(RuleKind.Tool, request.Tool, Ruling.Deny, BuiltIn.DefaultDeny, $"No rule allows the tool {request.Tool}.", null);
    }

    Judgement JudgeCommand(ToolRequest request, SimpleCommand command, ref List<string>? monitored)
    {
        var pick = default(Pick);
        foreach (var rule in rules.ForCommand(command.Argv))
        {
            if (Matching.Applies(rule, request) && Matching.Matches(rule, command) && Matching.Accepts(rule, command))
            {
                pick.Offer(rule, ref monitored);
            }
        }

        var found = pick.Result;
        if (found is null or { Fallback: true, Answer: Ruling.Deny } && command.Hazards is [var hazard, ..])
        {
            return new Judgement(RuleKind.Command, command.Text, Ruling.Deny, hazard.Id, hazard.Text, null) { Command = command };
        }

        return found is null
            ? new Judgement(RuleKind.Command, command.Text, Ruling.Deny, BuiltIn.DefaultDeny, $"No rule allows the command `{Shorten(command.Text)}`.", null) { Command = command }
            : new Judgement(RuleKind.Command, command.Text, found.Answer, found.Id, found.Reason, found) { Command = command, Demand = pick.Demand, Sandbox = pick.Sandbox };
    }

    Judgement JudgeVariable(ToolRequest request, VariableUse variable, ref List<string>? monitored)
    {
        var pick = default(Pick);
        foreach (var rule in rules.For(RuleKind.Variable, variable.Name))
        {
            if (Matching.Applies(rule, request) && Matching.AnyMatches(rule.Variables, variable.Name) && !Matching.AnyMatches(rule.Except, variable.Name))
            {
                pick.Offer(rule, ref monitored);
            }
        }

        return pick.Result is { } found
            ? new Judgement(RuleKind.Variable, variable.Name, found.Answer, found.Id, found.Reason, found) { Demand = pick.Demand }
            : variable.IsLocal ? new Judgement(RuleKind.Variable, variable.Name, Ruling.Allow, BuiltIn.ShellVariable, "The variable belongs to this command line.", null)
            : new Judgement(RuleKind.Variable, variable.Name, Ruling.Deny, BuiltIn.DefaultDeny, $"No rule allows a command to set the variable {variable.Name}: it may change what other programs do.", null);
    }

    Judgement JudgePath(ToolRequest request, bool isWrite, in LocatedPath located, string text, ref List<string>? monitored)
    {
        var (verb, path) = (isWrite ? "write" : "read", located);
        if (path.Problem is { } problem)
        {
            return new Judgement(RuleKind.Path, text, Ruling.Deny, BuiltIn.UnsafePath, $"The path `{Shorten(text)}` is refused: {problem}.", null, IsFixed: true, isWrite);
        }

        if (request.StandsFor is { } workspace)
        {
            if (path.Relative is null && PathLocator.RelativeTo(workspace, path.Absolute) is not null)
            {
                return new Judgement(RuleKind.Path, text, Ruling.Deny, BuiltIn.NotTheCopy, $"The run works in a copy of the workspace: name `{Shorten(text)}` by its path relative to the workspace.", null, IsFixed: true, isWrite);
            }

            // Rules name the workspace's files; those of the copy are judged as the files they become.
            path = path.Relative is { } relative ? path with { Absolute = relative.Length == 0 ? workspace : $"{workspace.TrimEnd('/')}/{relative}" } : path;
        }

        var pick = default(Pick);
        var folded = PathRules.Fold(path);
        foreach (var rule in rules.ForPath(folded))
        {
            if (Matching.Applies(rule, request) && Matching.Matches(rule, isWrite, folded))
            {
                pick.Offer(rule, ref monitored);
            }
        }

        return pick.Result is { } found
            ? new Judgement(RuleKind.Path, text, found.Answer, found.Id, found.Reason, found, IsWrite: isWrite) { Demand = pick.Demand, Target = path.Relative ?? path.Absolute, IsPattern = path.IsPattern }
            : new Judgement(RuleKind.Path, text, Ruling.Deny, BuiltIn.DefaultDeny, $"No rule allows to {verb} `{Shorten(path.Absolute)}`.", null, IsWrite: isWrite) { Target = path.Relative ?? path.Absolute, IsPattern = path.IsPattern };
    }

    Judgement JudgeUrl(ToolRequest request, UrlAccess access, ref List<string>? monitored)
    {
        if (!allowNetwork)
        {
            return new Judgement(RuleKind.Network, access.Url, Ruling.Deny, BuiltIn.NetworkOff, "The network is switched off (ALLOW_NET=false).", null, IsFixed: true);
        }

        var url = UrlReader.Read(access.Url);
        var method = access.Method.ToUpperInvariant();
        if (url.Problem is null && (method.Length is 0 or > 16 || !method.All(char.IsAsciiLetter)))
        {
            url = UrlParts.Bad($"`{access.Method}` is not a method");
        }

        if (url.Problem is { } problem)
        {
            return new Judgement(RuleKind.Network, access.Url, Ruling.Deny, BuiltIn.UnsafeUrl, $"The URL is refused: {problem}.", null, IsFixed: true);
        }

        var named = JudgeHost(request, access.Url, method, url, url.Address, ref monitored);
        foreach (var text in access.Addresses ?? [])
        {
            if (named.Ruling == Ruling.Deny)
            {
                break;
            }

            var judged = IPAddress.TryParse(text, out var address)
                ? JudgeHost(request, access.Url, method, url, address, ref monitored)
                : new Judgement(RuleKind.Network, access.Url, Ruling.Deny, BuiltIn.UnsafeUrl, $"`{text}` is not an address.", null, IsFixed: true);
            named = (judged.Ruling > named.Ruling ? judged : named) with { Demand = named.Demand.And(judged.Demand) };
        }

        return named;
    }

    Judgement JudgeHost(ToolRequest request, string text, string method, in UrlParts url, IPAddress? address, ref List<string>? monitored)
    {
        var why = address is not null ? Addresses.WhyNotPublic(address) : url.IsSpecialName ? "a name that is never public" : null;
        var pick = default(Pick);
        foreach (var rule in rules.ForHost(url.Host))
        {
            if (Matching.Applies(rule, request) && Matching.Matches(rule, method, url, address))
            {
                pick.Offer(rule, ref monitored, onlyForbids: why is not null && !Matching.Names(rule, url, address));
            }
        }

        if (pick.Result is { } found && (why is null || found is not { Fallback: true }))
        {
            return new Judgement(RuleKind.Network, text, found.Answer, found.Id, found.Reason, found) { Demand = pick.Demand };
        }

        return why is not null
            ? new Judgement(RuleKind.Network, text, Ruling.Deny, BuiltIn.NotPublic, $"{address?.ToString() ?? url.Host} is {why}; only a rule that names it may allow it.", null)
            : new Judgement(RuleKind.Network, text, Ruling.Deny, BuiltIn.DefaultDeny, $"No rule allows {method} to {url.Host}.", null);
    }

    static string Shorten(string text) => text.Length <= 120 ? text : text[..119] + "…";
}
