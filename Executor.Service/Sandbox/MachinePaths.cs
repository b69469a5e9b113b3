namespace Agent.Executor.Service.Sandbox;

/// <summary>Where this machine keeps what commands need to read.</summary>
static class MachinePaths
{
    /// <summary>Of the .NET this process runs on: <c>…/shared/Microsoft.NETCore.App/10.0.x/</c> is three below the root.</summary>
    public static string? DotnetRoot { get; } = FindDotnetRoot();

    public static string? NugetPackages { get; } = FindNugetPackages();

    public static IReadOnlyList<string> Programs { get; } =
        [.. new[] { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", DotnetRoot }.OfType<string>().Distinct(StringComparer.Ordinal)];

    public static string? FindProgram(string name) =>
        Programs.Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    static string? FindDotnetRoot()
    {
        var runtime = System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory();
        var root = Path.GetFullPath(Path.Combine(runtime, "..", "..", ".."));
        return File.Exists(Path.Combine(root, "dotnet")) ? root : null;
    }

    static string? FindNugetPackages()
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return Path.IsPathRooted(packages) && Directory.Exists(packages) ? Path.GetFullPath(packages) : null;
    }
}
