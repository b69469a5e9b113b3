using System.Text;

namespace Agent.Executor.Service.Workspaces;

/// <summary>Directories that hold no source: version control, and what builds and package managers make. Words that also name honest folders
/// (<c>bin</c>, <c>target</c>) count only beside the project file whose tool makes them.</summary>
static class SkippedDirectories
{
    static readonly HashSet<string> Always = new(StringComparer.Ordinal)
    {
        ".git", ".hg", ".svn", "node_modules", ".vs", ".idea", "__pycache__", ".venv", ".tox", ".mypy_cache", ".pytest_cache", ".gradle", ".next", ".agent", "TestResults", "obj",
    };

    static readonly Dictionary<string, string[]> BesideProject = new(StringComparer.Ordinal)
    {
        ["bin"] = [".csproj", ".fsproj", ".vbproj", ".sln", ".slnx"],
        ["target"] = ["Cargo.toml", "pom.xml"],
        ["dist"] = ["package.json", "pyproject.toml", "setup.py"],
        ["build"] = ["build.gradle", "build.gradle.kts", "pyproject.toml"],
        ["coverage"] = ["package.json"],
        ["venv"] = ["requirements.txt", "pyproject.toml", "setup.py"],
    };

    public static string? ReasonFor(byte[] name, List<DirectoryEntry> siblings)
    {
        var text = Encoding.Latin1.GetString(name);
        if (Always.Contains(text))
        {
            return text is ".git" or ".hg" or ".svn" ? "version control data" : "made by tools, not source";
        }

        return BesideProject.TryGetValue(text, out var projects)
            && siblings.Any(sibling => projects.Any(project => sibling.Name.AsSpan().EndsWith(Encoding.ASCII.GetBytes(project))))
            ? "build output"
            : null;
    }
}
