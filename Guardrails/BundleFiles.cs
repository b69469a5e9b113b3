using System.Text;
using System.Text.Json;

namespace Agent.Guardrails;

/// <summary>Reads a policy directory as the texts a bundle is made of.</summary>
public static class BundleFiles
{
    /// <summary>All <c>*.yaml</c> files of a directory and its layers, by relative name; the environment's settings as a file of their own.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public static IReadOnlyDictionary<string, string> Read(string directory, GuardrailSettings settings)
    {
        return With(Names(directory).ToDictionary(path => Path.GetRelativePath(directory, path).Replace('\\', '/'), File.ReadAllText, StringComparer.Ordinal), settings);
    }

    /// <summary>Full names of the files that make up a policy directory.</summary>
    public static IReadOnlyList<string> Names(string directory) =>
        [.. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Where(path => Path.GetExtension(path) is ".yaml" or ".yml")];

    /// <summary>The file that stands for the environment, and for no file of a directory.</summary>
    public static bool IsEnvironment(string name) => name == BundleLoader.EnvironmentFile;

    /// <summary>Files of a bundle together with the environment's settings.</summary>
    public static IReadOnlyDictionary<string, string> With(IReadOnlyDictionary<string, string> texts, GuardrailSettings settings)
    {
        var files = new SortedDictionary<string, string>(texts.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
        if (settings.AllowedCommands.Count > 0 || !settings.AllowNetwork)
        {
            files[BundleLoader.EnvironmentFile] = Describe(settings);
        }

        return files;
    }

    static string Describe(GuardrailSettings settings)
    {
        var text = new StringBuilder("# AGENT_ALLOWED_COMMANDS and ALLOW_NET, as the policy service was started with them.\n");
        if (settings.AllowedCommands.Count > 0)
        {
            text.Append("allowed_commands:\n");
            foreach (var command in settings.AllowedCommands)
            {
                text.Append("  - ").Append(JsonSerializer.Serialize(command)).Append('\n');
            }
        }

        return text.Append("allow_net: ").Append(settings.AllowNetwork ? "true" : "false").Append('\n').ToString();
    }
}
