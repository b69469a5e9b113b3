using Agent.Llm.Offline.Goals;

namespace Agent.Llm.Offline.Skills;

/// <summary>Runs the project's check, or the named one, and shows how it ended.</summary>
static class RunCheckSkill
{
    const int TimeoutSeconds = 900;

    public static string? Run(StepTalk step, OfflineTask.RunCheck check)
    {
        var why = "";
        var argv = check.Command;
        if (argv is null)
        {
            var found = ProjectCheck.Find(step);
            if (step.IsWaiting)
            {
                return null;
            }

            if (found is null)
            {
                return $"Not done: no check was found. Looked for {ProjectCheck.LookedFor}.";
            }

            (argv, why) = (found.Argv, $"Found by `{found.Path}` {found.Source.Cite}.\n");
        }

        var run = step.Ask("run_command", ("argv", argv.ToArray()), ("timeout_seconds", TimeoutSeconds));
        if (step.IsWaiting)
        {
            return null;
        }

        var command = string.Join(' ', argv);
        if (run.Error is not null || run.Json is null)
        {
            return $"Not done: `{command}`: {run.Error ?? "the tool's answer could not be read"} {run.Cite}\n\n{why}".TrimEnd();
        }

        var code = run.Number("exit_code");
        var verdict = code == 0 ? "passed" : "FAILED";
        var output = $"{run.Text("stdout").TrimEnd()}\n{run.Text("stderr").TrimEnd()}".Trim();
        var tail = output.Split('\n').TakeLast(40).Select(line => "    " + line.TrimEnd());
        return $"`{command}` {verdict}: exit code {code} {run.Cite}.\n\n{why}\nThe end of its output:\n\n{(output.Length == 0 ? "    (none)" : string.Join('\n', tail))}";
    }
}

/// <summary>How a project checks itself, by the files in its root.</summary>
sealed record ProjectCheck(IReadOnlyList<string> Argv, string Path, ToolReply Source)
{
    public const string LookedFor = "test.sh, *.sln, *.slnx, *.csproj, package.json with a test script, Cargo.toml, go.mod, pyproject.toml, pytest.ini, tox.ini, pom.xml and a Makefile with a test or check target, in the root";

    /// <summary>Null while the step is waiting, or when there is none.</summary>
    public static ProjectCheck? Find(StepTalk step)
    {
        // "*" has no slash, so a list of the root alone would need a depth; the patterns name the files instead.
        var shell = step.Ask("list_files", ("pattern", "test*.sh"), ("max", 20));
        var solution = step.Ask("list_files", ("pattern", "*.sln*"), ("max", 20));
        var project = step.Ask("list_files", ("pattern", "*.csproj"), ("max", 20));
        var package = step.Ask("search_text", ("pattern", "\"test\"\\s*:"), ("regex", true), ("glob", "package.json"), ("max", 20));
        var toml = step.Ask("list_files", ("pattern", "*.toml"), ("max", 50));
        var module = step.Ask("list_files", ("pattern", "go.mod"), ("max", 20));
        var python = step.Ask("list_files", ("pattern", "*.ini"), ("max", 50));
        var make = step.Ask("search_text", ("pattern", "^(test|check):"), ("regex", true), ("glob", "Makefile"), ("max", 20));
        var maven = step.Ask("list_files", ("pattern", "pom.xml"), ("max", 20));
        if (step.IsWaiting)
        {
            return null;
        }

        return Root(shell, "test.sh") is { } script ? new(["./" + script], script, shell)
            : Root(solution, "*.sln", "*.slnx") is { } sln ? new(["dotnet", "test", sln], sln, solution)
            : Root(project, "*.csproj") is { } csproj ? new(["dotnet", "test", csproj], csproj, project)
            : RootMatch(package) is { } json ? new(["npm", "test"], json.Path, package)
            : Root(toml, "Cargo.toml") is { } cargo ? new(["cargo", "test"], cargo, toml)
            : Root(module, "go.mod") is { } go ? new(["go", "test", "./..."], go, module)
            : Root(toml, "pyproject.toml") is { } pyproject ? new(["python3", "-m", "pytest"], pyproject, toml)
            : Root(python, "pytest.ini", "tox.ini") is { } ini ? new(["python3", "-m", "pytest"], ini, python)
            : Root(maven, "pom.xml") is { } pom ? new(["mvn", "-q", "test"], pom, maven)
            : RootMatch(make) is { } target ? new(["make", target.Text.Split(':')[0].Trim()], target.Path, make)
            : null;
    }

    static string? Root(ToolReply list, params string[] names) =>
        list.Paths.Where(path => !path.Contains('/', StringComparison.Ordinal))
            .FirstOrDefault(path => names.Any(name => name.StartsWith('*') ? path.EndsWith(name[1..], StringComparison.OrdinalIgnoreCase) : path == name));

    static (string Path, string Text)? RootMatch(ToolReply search) =>
        search.Items("matches").Select(match => (Path: FileStatistics.TextOf(match, "path"), Text: FileStatistics.TextOf(match, "text")))
            .Where(match => match.Path.Length > 0 && !match.Path.Contains('/', StringComparison.Ordinal))
            .Select(match => ((string, string)?)match)
            .FirstOrDefault();
}
