using System.Xml.Linq;

namespace Agent.Architecture.Tests;

/// <summary>Who may reference whom, as the project files have it.</summary>
public class ReferenceArrowsTests
{
    static readonly string Root = FindRoot();

    static readonly string[] Services = ["Planner.Service", "Executor.Service", "Reviewer.Service", "Policy.Service", "Mcp.Gateway", "Dashboard.Web"];

    static readonly Dictionary<string, string[]> Libraries = new()
    {
        ["Contracts"] = [],
        ["Resp"] = [],
        ["Guardrails"] = [],
        ["RedisTransport"] = ["Resp"],
        ["Journal"] = ["Resp", "Contracts"],
        ["Llm"] = ["Contracts"],
        ["AppHost.Local"] = [],
    };

    [Fact]
    public void A_service_references_libraries_and_never_another_service()
    {
        foreach (var service in Services)
        {
            References(service).Intersect(Services).ShouldBeEmpty($"{service} references another service");
        }
    }

    [Fact]
    public void A_library_references_only_what_its_place_allows()
    {
        foreach (var (library, allowed) in Libraries)
        {
            References(library).Except(allowed).ShouldBeEmpty($"{library} references too much");
        }
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Root, "Agent.sln"));
        var projects = Directory.EnumerateFiles(Root, "*.csproj", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path))
            .Where(path => !path.StartsWith("examples", StringComparison.Ordinal))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" or "node_modules"));

        projects.Where(path => !solution.Contains(path.Replace('/', '\\'), StringComparison.Ordinal)).ShouldBeEmpty();
    }

    static IEnumerable<string> References(string project) =>
        XDocument.Load(Path.Combine(Root, project, project + ".csproj"))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));

    static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Agent.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("Agent.sln was not found above the test's folder.");
        }

        return directory.FullName;
    }
}
