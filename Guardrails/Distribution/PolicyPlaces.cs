namespace Agent.Guardrails.Distribution;

/// <summary>Where policies and their keys lie.</summary>
public static class PolicyPlaces
{
    public const string DirectorySetting = "AGENT_POLICY_DIR";

    /// <summary>The policy directory: as set, else <c>policies/</c> here, else the one beside or above the program.</summary>
    public static string Directory(string? setting)
    {
        if (!string.IsNullOrWhiteSpace(setting))
        {
            return Path.GetFullPath(setting);
        }

        var here = Path.GetFullPath("policies");
        if (File.Exists(Path.Combine(here, "tools.yaml")))
        {
            return here;
        }

        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var candidate = Path.Combine(directory.FullName, "policies");
            if (File.Exists(Path.Combine(candidate, "tools.yaml")))
            {
                return candidate;
            }
        }

        return here;
    }

    /// <summary>Signing key, published bundles: readable by the owner only.</summary>
    public static string PrivateState(string stateDirectory) => Path.Combine(stateDirectory, "policy");

    /// <summary>The public key every enforcing service pins.</summary>
    public static string PublicKey(string stateDirectory) => Path.Combine(PrivateState(stateDirectory), "bundle-key.pub.pem");
}
