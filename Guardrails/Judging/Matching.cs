using System.Net;
using System.Text.Json;
using Agent.Guardrails.Commands;
using Agent.Guardrails.Network;
using Agent.Guardrails.Paths;
using Agent.Guardrails.Rules;

namespace Agent.Guardrails.Judging;

/// <summary>Whether a rule's conditions hold for one part of a request.</summary>
static class Matching
{
    public static bool Matches(Rule rule, SimpleCommand command)
    {
        var matched = false;
        foreach (var pattern in rule.Commands)
        {
            if (pattern.Matches(command.Argv, rule.Exactly))
            {
                matched = true;
                break;
            }
        }

        return matched && !Array.Exists(rule.ExceptCommands, pattern => pattern.Matches(command.Argv, exactly: true)) && (rule.Without.Length == 0 || !Array.Exists(rule.Without, option => Options.Has(command.Argv, option)));
    }

    public static bool Matches(Rule rule, bool isWrite, in LocatedPath path)
    {
        if ((rule.Writing is { } writing && writing != isWrite)
            || (rule.Hardlinked is { } hardlinked && hardlinked != path.Facts.Hardlinked)
            || (rule.Mounted is { } mounted && mounted != path.Facts.Mounted))
        {
            return false;
        }

        // What forbids also forbids names that another file system would take for the same.
        return (rule.Answer == Ruling.Allow ? PathRules.MatchesExactly(rule.Paths, path) : PathRules.MatchesLoosely(rule.Paths, path))
            && !PathRules.MatchesExactly(rule.Except, path);
    }

    public static bool Matches(Rule rule, string method, in UrlParts url, IPAddress? address)
    {
        // Hosts first: they rule out most.
        if (!HostMatches(rule.Hosts, url.Host) || !Holds(rule.Methods, method) || !Holds(rule.Schemes, url.Scheme) || !PortMatches(rule.Ports, url.Port)
            || (rule.ExceptHosts.Length > 0 && HostMatches(rule.ExceptHosts, url.Host)))
        {
            return false;
        }

        if (rule.Cidrs.Length == 0)
        {
            return true;
        }

        return address is not null && Array.Exists(rule.Cidrs, range => range.Contains(address));
    }

    static bool HostMatches(HostPattern[] hosts, string host)
    {
        foreach (var pattern in hosts)
        {
            if (pattern.Matches(host))
            {
                return true;
            }
        }

        return hosts.Length == 0;
    }

    static bool PortMatches(PortRange[] ports, int port)
    {
        foreach (var range in ports)
        {
            if (port >= range.From && port <= range.To)
            {
                return true;
            }
        }

        return ports.Length == 0;
    }

    static bool Holds(string[] words, string word) => words.Length == 0 || Array.IndexOf(words, word) >= 0;

    public static bool MatchesTool(Rule rule, ToolRequest request) =>
        (rule.Requires switch
        {
            Aspect.Command => request.Argv is not null || request.ShellCommand is not null,
            Aspect.Path => request.Paths.Count + request.UnresolvedPaths.Count > 0,
            Aspect.Url => request.Url is not null,
            _ => true,
        })
        && !AnyMatches(rule.Except, request.Tool)
        && (rule.Arguments.Length == 0 || ArgumentsMatch(rule.Arguments, request.ArgumentsJson));

    /// <summary>Conditions any rule may carry.</summary>
    public static bool Applies(Rule rule, ToolRequest request)
    {
        if (rule.Tools.Length > 0 && !AnyMatches(rule.Tools, request.Tool))
        {
            return false;
        }

        if (rule.Effects.Length > 0 && Array.IndexOf(rule.Effects, request.Effect) < 0)
        {
            return false;
        }

        if (rule.Workspaces.Length > 0 && !AnyMatches(rule.Workspaces, request.WorkspaceName ?? Path.GetFileName(request.StandsFor ?? request.WorkspaceRoot)))
        {
            return false;
        }

        return (rule.Principals.Length == 0 || rule.Principals.Contains(request.Principal ?? "", StringComparer.OrdinalIgnoreCase))
            && (!rule.AfterSuspicion || request.InjectionSuspected)
            && (!rule.LooksBack || Past.Holds(rule, request));
    }

    // What a rule allows or asks about is the plain command; hazards must be taken on by name.
    public static bool Accepts(Rule rule, SimpleCommand command)
    {
        if (rule.Answer == Ruling.Deny)
        {
            return true;
        }

        foreach (var hazard in command.Hazards)
        {
            if (Array.IndexOf(rule.Accepts, hazard.Id) < 0)
            {
                return false;
            }
        }

        return true;
    }

    // A rule for any host does not open the inner network: its host or its block must be named.
    public static bool Names(Rule rule, in UrlParts url, IPAddress? address)
    {
        if (address is not null && url.Address is null)
        {
            return rule.Cidrs.Any(range => range.Contains(address));
        }

        if (rule.Cidrs.Length > 0)
        {
            return true;
        }

        var host = url.Host;
        return rule.Hosts.Any(pattern => pattern.Text != "*" && pattern.Matches(host));
    }

    public static bool AnyMatches(Glob[] globs, string text)
    {
        foreach (var glob in globs)
        {
            if (glob.Matches(text))
            {
                return true;
            }
        }

        return false;
    }

    static bool ArgumentsMatch(ArgumentCondition[] conditions, string json)
    {
        using var document = JsonDocument.Parse(json);
        foreach (var condition in conditions)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty(condition.Name, out var value))
            {
                return false;
            }

            var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
            if (!AnyMatches(condition.Globs, text))
            {
                return false;
            }
        }

        return true;
    }
}
