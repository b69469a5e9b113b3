using System.Text.RegularExpressions;

namespace Agent.Llm.Offline.Skills;

/// <summary>Projects by their manifests, and entry points. Asks only for kinds whose file extension the repository has.</summary>
static partial class ProjectsSkill
{
    const int Most = 60;

    // What a kind of project is recognised by: files of this name, asked for if the repository has the extension.
    static readonly ManifestKind[] Manifests =
    [
        new("Solutions", "*.sln", ".sln"),
        new("Solutions", "*.slnx", ".slnx"),
        new(".NET projects", "*.csproj", ".csproj"),
        new("F# projects", "*.fsproj", ".fsproj"),
        new("Node packages", "package.json", ".json"),
        new("Rust crates", "Cargo.toml", ".toml"),
        new("Python projects", "pyproject.toml", ".toml"),
        new("Python set-ups", "setup.py", ".py"),
        new("Go modules", "go.mod", ".mod"),
        new("Maven projects", "pom.xml", ".xml"),
        new("Gradle builds", "build.gradle*", ".gradle", ".kts"),
        new("Makefiles", "Makefile*", "", ".am", ".in"),
        new("CMake builds", "CMakeLists.txt", ".txt"),
        new("Autoconf scripts", "configure.ac", ".ac"),
        new("Meson builds", "meson.build", ".build"),
        new("CI workflows", ".github/workflows/*", ".yml", ".yaml"),
        new("Container files", "Dockerfile*", "", ".dockerfile"),
    ];

    // What starts a program: lines like these, looked for if the repository has the extension.
    static readonly EntryPointKind[] EntryPoints =
    [
        new("C# executables", @"<OutputType>\s*(Win)?Exe|Sdk=""Microsoft\.NET\.Sdk\.(Web|Worker)", "*.csproj", ".csproj"),
        new("C# main methods", @"static\s+(async\s+)?(void|int|Task(<int>)?)\s+Main\s*\(", "*.cs", ".cs"),
        new("C main functions", @"^\s*(int|void)?\s*main\s*\(", "*.c", ".c"),
        new("C++ main functions", @"^\s*(int|void)\s+main\s*\(", "*.c??", ".cpp", ".cxx"),
        new("C++ main functions", @"^\s*(int|void)\s+main\s*\(", "*.cc", ".cc"),
        new("Go main functions", @"^func\s+main\s*\(\s*\)", "*.go", ".go"),
        new("Rust main functions", @"^\s*(pub\s+)?(async\s+)?fn\s+main\s*\(", "*.rs", ".rs"),
        new("Python main guards", @"^if\s+__name__\s*==\s*['""]__main__['""]", "*.py", ".py"),
        new("Java main methods", @"public\s+static\s+void\s+main\s*\(", "*.java", ".java"),
        new("Package entry points", @"""(main|module|bin|exports)""\s*:", "package.json", ".json"),
    ];

    public static string? Run(StepTalk step)
    {
        var statistics = FileStatistics.Ask(step);
        if (step.IsWaiting)
        {
            return null;
        }

        var answer = new StepAnswer("Projects and entry points");
        if (!statistics.IsKnown)
        {
            answer.Unknown("Projects and entry points", statistics.Reply);
            return answer.ToString();
        }

        var manifests = Manifests.Where(kind => statistics.Has(kind.Extensions))
            .Select(kind => (Kind: kind, Reply: step.Ask("list_files", ("pattern", kind.Pattern), ("max", Most)))).ToList();
        var entries = EntryPoints.Where(kind => statistics.Has(kind.Extensions))
            .Select(kind => (Kind: kind, Reply: step.Ask("search_text", ("pattern", kind.Pattern), ("regex", true), ("glob", kind.Glob), ("max", 20)))).ToList();
        if (step.IsWaiting)
        {
            return null;
        }

        var readable = manifests.SelectMany(manifest => manifest.Reply.Paths)
            .Where(path => path is "package.json" or "Cargo.toml" or "go.mod" or "pyproject.toml" or "configure.ac" or "CMakeLists.txt" or "meson.build")
            .Take(3)
            .Select(path => (Path: path, Reply: step.Ask("read_file", ("path", path), ("max_lines", 80)))).ToList();
        if (step.IsWaiting)
        {
            return null;
        }

        var facts = ReportManifests(answer, manifests) + ReportNames(answer, readable) + ReportEntries(answer, entries);
        if (facts == 0)
        {
            answer.Unknown($"Projects and entry points: no manifest or main function of a known kind {statistics.Reply.Cite}");
        }

        return answer.ToString();
    }

    static int ReportManifests(StepAnswer answer, List<(ManifestKind Kind, ToolReply Reply)> manifests)
    {
        var facts = 0;
        foreach (var (kind, reply) in manifests)
        {
            if (reply.Error is not null)
            {
                answer.Unknown(kind.Name, reply);
            }
            else if (reply.Paths.Count > 0)
            {
                answer.Fact($"{kind.Name}: {Names(reply.Paths, reply.Paths.Count >= Most)}.", reply);
                facts++;
            }
        }

        return facts;
    }

    static int ReportNames(StepAnswer answer, List<(string Path, ToolReply Reply)> readable)
    {
        var facts = 0;
        foreach (var (path, reply) in readable.Where(manifest => manifest.Reply.Error is null))
        {
            var said = new[] { ("name", NameLine()), ("version", VersionLine()), ("description", DescriptionLine()) }
                .Select(field => (field.Item1, Value: field.Item2.Match(reply.Body).Groups["value"].Value))
                .Where(field => field.Value.Length > 0)
                .Select(field => $"{field.Item1} “{field.Value}”")
                .ToList();
            if (said.Count > 0)
            {
                answer.Fact($"`{path}` says: {string.Join(", ", said)}.", reply);
                facts++;
            }
        }

        return facts;
    }

    static int ReportEntries(StepAnswer answer, List<(EntryPointKind Kind, ToolReply Reply)> entries)
    {
        var facts = 0;
        foreach (var (kind, reply) in entries)
        {
            if (reply.Error is not null || reply.Json is null)
            {
                answer.Unknown(kind.Name, reply);
                continue;
            }

            var places = reply.Items("matches").Select(match => $"{FileStatistics.TextOf(match, "path")}:{FileStatistics.NumberOf(match, "line")}").Distinct(StringComparer.Ordinal).ToList();
            if (places.Count > 0)
            {
                answer.Fact($"{kind.Name}: {Names(places, reply.Number("total") > places.Count || reply.Flag("truncated"))}.", reply);
                facts++;
            }
        }

        return facts;
    }

    static string Names(IReadOnlyList<string> names, bool isMore)
    {
        const int Shown = 12;
        var text = string.Join(", ", names.Take(Shown).Select(name => $"`{name}`"));
        return names.Count > Shown || isMore ? $"{(isMore ? "at least " : "")}{names.Count}, among them {text}" : text;
    }

    sealed record ManifestKind(string Name, string Pattern, params IReadOnlyList<string> Extensions);

    sealed record EntryPointKind(string Name, string Pattern, string Glob, params IReadOnlyList<string> Extensions);

    [GeneratedRegex("""^\s*(?:"name"\s*:\s*"|name\s*=\s*["']|module\s+|AC_INIT\(\[?|project\s*\(\s*'?)(?<value>[^"',\])\s]+)""", RegexOptions.Multiline | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex NameLine();

    [GeneratedRegex("""^\s*(?:"version"\s*:\s*"|version\s*[=:]\s*["'])(?<value>[^"']+)""", RegexOptions.Multiline, 1000)]
    private static partial Regex VersionLine();

    [GeneratedRegex("""^\s*(?:"description"\s*:\s*"|description\s*=\s*["'])(?<value>[^"]+?)["']""", RegexOptions.Multiline, 1000)]
    private static partial Regex DescriptionLine();
}
