namespace Agent.Bench.Runs;

/// <summary>Where the sources and the services' builds are.</summary>
static class Repository
{
    public static string Root { get; } = Find();

    static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Agent.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("Agent.sln was not found above the bench's folder.");
        }

        return directory.FullName;
    }
}
