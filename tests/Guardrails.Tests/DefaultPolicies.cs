namespace Agent.Guardrails.Tests;

/// <summary>The bundle that the product ships.</summary>
static class DefaultPolicies
{
    public static string Root { get; } = FindRoot();

    public static string Directory { get; } = Path.Combine(Root, "policies");

    public static PolicyBundle Bundle { get; } = Load(GuardrailSettings.None);

    public static PolicyBundle Load(GuardrailSettings settings)
    {
        var result = PolicyBundle.Load(BundleFiles.Read(Directory, settings), settings);
        result.Mistakes.Select(mistake => mistake.ToString()).ShouldBeEmpty();
        return result.Bundle!;
    }

    static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Agent.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("Agent.sln is above no directory of the tests.");
        }

        return directory.FullName;
    }
}
