using Agent.Guardrails.Network;
using Agent.Guardrails.Paths;
using Agent.Guardrails.Rules;

namespace Agent.Guardrails.Judging;

/// <summary>Conditions on what the run did before, and on where its values come from.</summary>
static class Past
{
    public static bool Holds(Rule rule, ToolRequest request)
    {
        if (rule.Untrusted && request.UntrustedArguments.Count == 0)
        {
            return false;
        }

        if (rule.After.Length > 0 && !request.History.Any(call => Array.Exists(rule.After, glob => glob.Matches(call.Tool))))
        {
            return false;
        }

        if (rule.AfterPaths.Length > 0 && !request.History.Any(call => call.Path is { } path && Named(rule.AfterPaths, path, request.WorkspaceRoot)))
        {
            return false;
        }

        return rule.Rate is not { } rate || request.At is not { } now
            || request.History.Count(call => call.At > now.AddSeconds(-rate.Seconds) && (rule.Tools.Length == 0 || Array.Exists(rule.Tools, glob => glob.Matches(call.Tool))) && WentTo(rule.Hosts, call)) >= rate.Calls;
    }

    // A rule with hosts counts the calls to them.
    static bool WentTo(HostPattern[] hosts, PastCall call) =>
        hosts.Length == 0 || (call.Url is { } url && UrlReader.Read(url) is { Problem: null } parts && Array.Exists(hosts, host => host.Matches(parts.Host)));

    static bool Named(Glob[] globs, string path, string root)
    {
        var located = PathRules.Fold(PathLocator.Locate(path, root, root, NoFiles.Instance));
        return PathRules.MatchesLoosely(globs, located);
    }
}
