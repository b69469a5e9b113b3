using Agent.Guardrails.Paths;

namespace Agent.Guardrails;

/// <summary>Names a workspace the way decisions compare paths with it.</summary>
public static class WorkspaceRoot
{
    /// <summary>An absolute directory with its symbolic links resolved.</summary>
    public static string Resolve(string directory) => PathLocator.Locate(directory, "/", "/", RealFiles.Instance).Absolute;
}
