namespace Agent.Executor.Service.Sandbox;

/// <summary>The environment commands get: this list and nothing inherited.</summary>
static class CommandEnvironment
{
    public const string MarkName = "AGENT_CALL_MARK";

    public static Dictionary<string, string> For(SandboxedCommand command, string home, string temporary)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = string.Join(':', MachinePaths.Programs),
            ["HOME"] = home,
            ["TMPDIR"] = temporary,
            ["LANG"] = "C.UTF-8",
            ["TERM"] = "dumb",
            ["USER"] = "agent",
            ["NO_COLOR"] = "1",
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["DOTNET_CLI_HOME"] = home,
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            [MarkName] = command.Mark,
        };
        if (MachinePaths.DotnetRoot is { } dotnet)
        {
            environment["DOTNET_ROOT"] = dotnet;
        }

        if (MachinePaths.NugetPackages is { } packages)
        {
            environment["NUGET_PACKAGES"] = packages;
        }

        foreach (var (name, value) in command.Environment)
        {
            environment[name] = value;
        }

        return environment;
    }
}
