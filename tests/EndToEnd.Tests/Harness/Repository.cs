namespace Agent.EndToEnd.Tests.Harness;

/// <summary>Where the built programs lie.</summary>
static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string AppHost => Program("AppHost", "Agent.AppHost");

    public static string Cli => Program("Cli", "agent");

    public static string Example(string name) => Program("examples/bus/" + name, "Agent." + name);

    public static string Service(string project) => Program(project, "Agent." + project);

    static string Program(string project, string name)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Parent!.Name;
        return Path.Combine(Root, project, "bin", configuration, "net10.0", name);
    }

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
