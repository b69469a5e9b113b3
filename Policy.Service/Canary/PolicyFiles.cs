using Agent.Guardrails;
using Agent.Policy.Service.Bundles;

namespace Agent.Policy.Service.Canary;

/// <summary>Puts the files of a bundle in the place of those in the policy directory.</summary>
static class PolicyFiles
{
    /// <exception cref="IOException">The directory can not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory can not be written.</exception>
    public static void Replace(PolicyOptions options, IReadOnlyDictionary<string, string> files)
    {
        var wanted = files.Where(file => !BundleFiles.IsEnvironment(file.Key)).ToDictionary(file => Path.Combine(options.Directory, file.Key), file => file.Value, StringComparer.Ordinal);
        var aside = new List<(string New, string Name)>();
        try
        {
            // All are written before the first takes its place: a directory that can not be written stays as it is.
            foreach (var (name, text) in wanted)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(name)!);
                aside.Add((name + ".new", name));
                File.WriteAllText(name + ".new", text);
            }
        }
        catch
        {
            aside.ForEach(file => File.Delete(file.New));
            throw;
        }

        aside.ForEach(file => File.Move(file.New, file.Name, overwrite: true));
        foreach (var other in BundleFiles.Names(options.Directory).Where(name => !wanted.ContainsKey(name)))
        {
            File.Delete(other);
        }
    }
}
