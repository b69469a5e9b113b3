using Agent.Mcp.Gateway.Endpoints.Settings;

namespace Agent.Mcp.Gateway.Endpoints.Connections;

/// <summary>A target with its environment references filled in, just before it is used.</summary>
static class ResolvedTarget
{
    /// <exception cref="EndpointUnavailableException">A variable is not set, or the command does not exist.</exception>
    public static (EndpointTarget Target, IReadOnlyList<string> Secrets) Of(EndpointSettings settings, Func<string, string?> environment)
    {
        var missing = new List<string>();
        var secrets = new List<string>();
        EndpointTarget target = settings.Target switch
        {
            EndpointTarget.Stdio stdio => new EndpointTarget.Stdio(Fill(stdio.Command), [.. stdio.Arguments.Select(Fill)], FillAll(stdio.Environment), stdio.WorkingDirectory is { } directory ? Fill(directory) : null),
            EndpointTarget.Http http => new EndpointTarget.Http(Fill(http.Url), FillAll(http.Headers)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (missing.Count > 0)
        {
            var names = string.Join(", ", missing.Distinct(StringComparer.Ordinal));
            throw new EndpointUnavailableException($"The environment does not have {names}.", $"Set {names} for the gateway, or write ${{NAME:-default}}.");
        }

        switch (target)
        {
            case EndpointTarget.Stdio { WorkingDirectory: { } directory } when !Directory.Exists(directory):
                throw new EndpointUnavailableException($"The working directory '{directory}' does not exist.", "Create it or correct 'cwd'.");
            case EndpointTarget.Stdio stdio when !OperatingSystem.IsWindows() && !Exists(stdio, environment):
                throw new EndpointUnavailableException($"The command '{stdio.Command}' was not found.", "Install it, correct 'command', or write its whole path.");
            case EndpointTarget.Http http when !Uri.TryCreate(http.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"):
                throw new EndpointUnavailableException("With its environment variables filled in, 'url' is not an http or https address.", "Correct the variables 'url' names.");
        }

        // Short values would blank out harmless text.
        return (target, [.. secrets.Where(secret => secret.Length >= 6).OrderByDescending(secret => secret.Length)]);

        string Fill(string template) => EnvironmentReferences.Resolve(template, environment, missing, secrets);

        Dictionary<string, string> FillAll(IReadOnlyDictionary<string, string> templates) => templates.ToDictionary(entry => entry.Key, entry => Fill(entry.Value), StringComparer.Ordinal);
    }

    static bool Exists(EndpointTarget.Stdio stdio, Func<string, string?> environment)
    {
        if (stdio.Command.Contains('/', StringComparison.Ordinal))
        {
            return File.Exists(Path.GetFullPath(stdio.Command));
        }

        var path = stdio.Environment.TryGetValue("PATH", out var own) ? own : environment("PATH") ?? "";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries).Any(directory => File.Exists(Path.Combine(directory, stdio.Command)));
    }
}
